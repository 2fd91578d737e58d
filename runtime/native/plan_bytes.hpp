#pragma once
// A plan as bytes: length-prefixed fields in declaration order. JSON would cost the warm path more than the
// mounts do; the file is ours alone (0700 folder) and is made again whenever it does not read.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/native/launch_plan.hpp"

namespace envtool::runtime::native {

class PlanWriter {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  std::string take() { return std::move(bytes_); }

 private:
  template <class T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void put(T value) {
    auto wide = static_cast<std::uint64_t>(value);
    bytes_.append(reinterpret_cast<const char*>(&wide), sizeof wide);
  }
  void put(const std::string& text) {
    put(text.size());
    bytes_ += text;
  }
  template <class A, class B>
  void put(const std::pair<A, B>& pair) {
    (*this)(pair.first, pair.second);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    put(list.size());
    for (const T& item : list) put(item);
  }
  template <class T>
  requires(std::is_class_v<T>) void put(const T& value) { fields(*this, const_cast<T&>(value)); }
  std::string bytes_;
};

class PlanReader {
 public:
  explicit PlanReader(std::string_view bytes) : bytes_(bytes) {}
  template <class... T>
  void operator()(T&... values) {
    (take(values), ...);
  }
  /// All was there, and nothing more.
  [[nodiscard]] bool whole() const { return good_ && bytes_.empty(); }

 private:
  std::uint64_t number() {
    std::uint64_t wide = 0;
    if (bytes_.size() < sizeof wide) {
      good_ = false;
      bytes_ = {};
      return 0;
    }
    std::memcpy(&wide, bytes_.data(), sizeof wide);
    bytes_.remove_prefix(sizeof wide);
    return wide;
  }
  template <class T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void take(T& value) {
    value = static_cast<T>(number());
  }
  /// A count of things that take at least `least` bytes each: what cannot be there is not allocated.
  std::size_t count(std::size_t least) {
    const std::uint64_t value = number();
    if (value <= bytes_.size() / least) return static_cast<std::size_t>(value);
    good_ = false;
    bytes_ = {};
    return 0;
  }
  void take(std::string& text) {
    const std::size_t size = count(1);
    text.assign(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
  }
  template <class A, class B>
  void take(std::pair<A, B>& pair) {
    (*this)(pair.first, pair.second);
  }
  template <class T>
  void take(std::vector<T>& list) {
    const std::size_t size = count(sizeof(std::uint64_t));
    list.clear();
    list.resize(size);
    for (T& item : list) take(item);
  }
  template <class T>
  requires(std::is_class_v<T>) void take(T& value) { fields(*this, value); }
  std::string_view bytes_;
  bool good_ = true;
};

template <class Archive>
void fields(Archive& archive, MountEntry& entry) {
  archive(entry.kind, entry.source, entry.target, entry.attributes, entry.options);
}
template <class Archive>
void fields(Archive& archive, ProcessLimit& limit) {
  archive(limit.resource, limit.soft, limit.hard);
}
template <class Archive>
void fields(Archive& archive, LaunchPlan& plan) {
  archive(plan.uid, plan.gid, plan.keep_capabilities, plan.no_new_privileges, plan.filter, plan.own_network,
          plan.lowers, plan.upper, plan.work, plan.scratch, plan.upper_bytes, plan.read_only, plan.in_place,
          plan.volatile_upper, plan.legacy_overlay, plan.mounts, plan.masked, plan.read_only_paths,
          plan.hostname, plan.args, plan.env, plan.cwd, plan.limits, plan.cpus, plan.terminal);
}

}  // namespace envtool::runtime::native
