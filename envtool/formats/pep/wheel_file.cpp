#include "envtool/formats/pep/metadata.hpp"
#include "envtool/formats/pep/record.hpp"
#include "envtool/support/text.hpp"

namespace envtool::pep {

Result<WheelFile> WheelFile::parse(std::string_view bytes) {
  WheelFile out;
  std::string purelib;
  for (auto& [name, value] : parse_headers(bytes)) {
    const auto key = to_lower(name);
    if (key == "wheel-version") out.wheel_version = std::move(value);
    else if (key == "root-is-purelib") purelib = to_lower(value);
    else if (key == "tag") out.tags.push_back(std::move(value));
    else if (key == "build") out.build = std::move(value);
  }
  const auto version = Version::try_parse(out.wheel_version);
  if (!version)
    return fail(Code::bad_input,
                "WHEEL has no usable Wheel-Version ('" + out.wheel_version.substr(0, 40) + "')");
  if (version->release().front() != 1)
    return fail(Code::unsupported, "the wheel is of format " + out.wheel_version + ", only 1 is known",
                "a newer envtool may install it");
  if (purelib != "true" && purelib != "false")
    return fail(Code::bad_input, "WHEEL does not say true or false for Root-Is-Purelib");
  out.root_is_purelib = purelib == "true";
  return out;
}

}  // namespace envtool::pep
