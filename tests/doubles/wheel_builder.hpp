#pragma once
// Makes wheels in memory: correct by default, with ways to make each part wrong.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "envtool/support/digest.hpp"
#include "tests/doubles/zip_builder.hpp"

namespace envtool::doubles {

struct WheelBuilder {
  std::string name = "demo";
  std::string version = "1.0";
  ZipBuilder zip;
  std::string record;
  bool add_record = true;

  [[nodiscard]] std::string dist_info() const { return name + "-" + version + ".dist-info/"; }

  static std::string hash(std::string_view content) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const Digest digest = Digest::of(content);
    std::string text;
    std::uint32_t bits = 0;
    int count = 0;
    for (const std::uint8_t byte : digest.bytes()) {
      bits = (bits << 8) | byte;
      for (count += 8; count >= 6; count -= 6) text += kAlphabet[(bits >> (count - 6)) & 63];
    }
    if (count > 0) text += kAlphabet[(bits << (6 - count)) & 63];
    return "sha256=" + text;
  }

  /// A member that RECORD lists.
  WheelBuilder& add(std::string path, std::string content, std::uint32_t mode = 0100644) {
    record += path + "," + hash(content) + "," + std::to_string(content.size()) + "\n";
    zip.add(std::move(path), std::move(content), mode);
    return *this;
  }

  [[nodiscard]] std::string build() {
    add(dist_info() + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n");
    add(dist_info() + "WHEEL",
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
    if (add_record) zip.add(dist_info() + "RECORD", record + dist_info() + "RECORD,,\n");
    return zip.build();
  }
};

}  // namespace envtool::doubles
