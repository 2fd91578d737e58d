#include "runtime/native/probe.hpp"

namespace envtool::runtime::native {
std::vector<Finding> probe() { return {}; }
Error explain(Error error) { return error; }
}  // namespace envtool::runtime::native
