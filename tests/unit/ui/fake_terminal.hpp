#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "envtool/ui/ui.hpp"

namespace envtool::ui {

/// What a person sees after the bytes: knows line feed, carriage return, cursor up, erase below, erase to the
/// end of the line and colours.
class FakeTerminal {
 public:
  int columns = 80;
  std::chrono::steady_clock::time_point clock{std::chrono::hours(1)};

  Surface surface() {
    return {[this](std::string_view bytes) { write(bytes); }, [this] { return columns; },
            [this] { return now(); }};
  }
  void pass(std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex_);
    clock += time;
  }
  std::vector<std::string> screen() {
    const std::lock_guard lock(mutex_);
    auto out = lines_;
    while (!out.empty() && out.back().empty()) out.pop_back();
    return out;
  }
  std::string bytes() {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }
  std::size_t writes() {
    const std::lock_guard lock(mutex_);
    return writes_;
  }

 private:
  std::chrono::steady_clock::time_point now() {
    const std::lock_guard lock(mutex_);
    return clock;
  }
  void write(std::string_view text) {
    const std::lock_guard lock(mutex_);
    ++writes_;
    bytes_ += text;
    for (std::size_t at = 0; at < text.size(); ++at) at = put(text, at);
  }
  std::size_t put(std::string_view text, std::size_t at) {
    if (text[at] == '\n') {
      ++row_;
      if (row_ >= lines_.size()) lines_.emplace_back();
      fresh_ = true;
    } else if (text[at] == '\r') {
      fresh_ = true;
    } else if (text[at] == '\x1b') {
      const auto end = text.find_first_of("AJKm", at);
      if (text[end] == 'A')
        row_ -= std::min(row_, static_cast<std::size_t>(std::stoi(std::string(text.substr(at + 2)))));
      if (text[end] == 'J') {
        lines_.resize(row_ + 1);
        lines_[row_].clear();
      }
      return end;
    } else {
      if (fresh_) lines_[row_].clear();
      fresh_ = false;
      lines_[row_] += text[at];
    }
    return at;
  }
  std::mutex mutex_;
  std::vector<std::string> lines_{""};
  std::size_t row_ = 0, writes_ = 0;
  bool fresh_ = true;
  std::string bytes_;
};

}  // namespace envtool::ui
