#include "envtool/support/events.hpp"

namespace envtool {

std::string_view name(Stage stage) {
  switch (stage) {
    case Stage::resolve:
      return "resolve";
    case Stage::fetch:
      return "fetch";
    case Stage::unpack:
      return "unpack";
    case Stage::configure:
      return "configure";
    case Stage::assemble:
      return "assemble";
    case Stage::materialise:
      return "materialise";
    case Stage::run:
      return "run";
  }
  return "run";
}

}  // namespace envtool
