#pragma once
#include <filesystem>

namespace envtool::workflow {

/// share/envtool beside the bin folder this program is in: keyrings, templates. The same in a build folder
/// and a prefix.
std::filesystem::path share_folder();

}  // namespace envtool::workflow
