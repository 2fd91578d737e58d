#pragma once
// Private to resolve/system: libsolv's headers, whose Solvable has a member named `requires`: a keyword since
// C++20.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#define requires requires_
#include <solv/pool.h>
#include <solv/problems.h>
#include <solv/queue.h>
#include <solv/repo.h>
#include <solv/rules.h>
#include <solv/solver.h>
#undef requires
