#pragma once
#include "envtool/resolve/python/catalog.hpp"
#include "envtool/resolve/python/problem.hpp"
#include "envtool/resolve/python/provider.hpp"

namespace envtool::resolve::python {

/// The wheels that requirements name by url, each as a page with one release; their METADATA goes into the
/// catalog.
/// Errors: unsupported (git+…, source distributions), bad_input, digest_mismatch against `#sha256=`, network.
Result<void> fetch_fixed_sources(const Asked& asked, Catalog& catalog, FixedSources& into);

}  // namespace envtool::resolve::python
