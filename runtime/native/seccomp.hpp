#pragma once
#include <linux/filter.h>

#include <vector>

#include "runtime/native/step.hpp"

namespace envtool::runtime::native {

/// The filter as a program of classic BPF: a binary search over the denied calls, everything else allowed.
/// A short list to deny costs 0.05 ms to install, the full list to allow 0.45 ms (the kernel runs the program
/// once for every call there is), for the same verdicts. What is denied is what the common default profile of
/// container engines does not allow without capabilities.
/// `record_ownership`: Filter::build hands chown calls to a supervisor instead of answering 0 itself.
std::vector<sock_filter> make_filter(Filter kind, bool record_ownership = false);

/// Install for this process and what it executes. Out: the supervisor's descriptor when `listener`, else 0;
/// -1 with `failing` set.
int install_filter(const sock_fprog& program, bool listener, Failing& failing);

}  // namespace envtool::runtime::native
