// Files of *.dist-info, as any wheel on the internet may hold them.
#include <cstdint>

#include "envtool/formats/pep/metadata.hpp"
#include "envtool/formats/pep/record.hpp"
#include "tests/fuzz/check.hpp"

using namespace envtool::pep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto metadata = Metadata::parse(bytes))
    require(is_normalized_name(metadata->key), "the key is a name", bytes);
  if (const auto record = parse_record(bytes)) {
    require(parse_record(render_record(*record)) == *record, "RECORD reads back", bytes);
    for (const auto& entry : *record)
      if (const auto digest = entry.sha256())
        require(entry.hash.starts_with(record_hash(*digest)), "digest reads back", bytes);
  }
  (void)WheelFile::parse(bytes);
  if (const auto points = EntryPoints::parse(bytes))
    for (const auto& script : points->console_scripts) {
      require(!script.name.empty() && script.name.find('/') == std::string::npos, "script names stay in bin/",
              bytes);
      require(script.module.find_first_of(" ;()\n'\"") == std::string::npos, "targets are identifiers",
              bytes);
    }
  return 0;
}
