#include "envtool/formats/oci/runtime_spec.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace envtool::oci {
namespace {

using Json = nlohmann::ordered_json;

Json render_process(const RuntimeSpec::Process& process) {
  Json out = {{"terminal", process.terminal}, {"user", {{"uid", process.uid}, {"gid", process.gid}}}};
  if (!process.additional_gids.empty()) out["user"]["additionalGids"] = process.additional_gids;
  out["args"] = process.args;
  out["env"] = process.env;
  out["cwd"] = process.cwd;
  out["noNewPrivileges"] = process.no_new_privileges;
  for (const auto& [type, values] : process.rlimits)
    out["rlimits"].push_back({{"type", type}, {"soft", values.first}, {"hard", values.second}});
  return out;
}

Json render_hooks(const std::vector<RuntimeHook>& hooks) {
  Json out = Json::array();
  for (const auto& hook : hooks) {
    Json one = {{"path", hook.path}};
    if (!hook.args.empty()) one["args"] = hook.args;
    if (!hook.env.empty()) one["env"] = hook.env;
    if (hook.timeout) one["timeout"] = *hook.timeout;
    out.push_back(std::move(one));
  }
  return out;
}

Json render_all_hooks(const RuntimeHooks& hooks) {
  Json out = Json::object();
  const auto add = [&](const char* key, const std::vector<RuntimeHook>& list) {
    if (!list.empty()) out[key] = render_hooks(list);
  };
  add("createRuntime", hooks.create_runtime);
  add("createContainer", hooks.create_container);
  add("startContainer", hooks.start_container);
  add("poststart", hooks.poststart);
  add("poststop", hooks.poststop);
  return out;
}

Json render_device(const RuntimeDevice& device) {
  Json out = {{"path", device.path}, {"type", device.type}, {"major", device.major}, {"minor", device.minor}};
  if (device.file_mode) out["fileMode"] = *device.file_mode;
  if (device.uid) out["uid"] = *device.uid;
  if (device.gid) out["gid"] = *device.gid;
  return out;
}

constexpr std::int64_t kCpuPeriod = 100'000;

Json render_resources(const RuntimeSpec::Linux::Resources& resources) {
  Json out = Json::object();
  if (resources.memory_limit) out["memory"]["limit"] = *resources.memory_limit;
  if (resources.cpu_quota) out["cpu"] = {{"quota", *resources.cpu_quota}, {"period", kCpuPeriod}};
  if (resources.pids_limit) out["pids"]["limit"] = *resources.pids_limit;
  return out;
}

Json render_linux(const RuntimeSpec::Linux& part) {
  Json out = Json::object();
  out["namespaces"] = Json::array();
  for (const auto& type : part.namespaces) out["namespaces"].push_back({{"type", type}});
  for (const auto& device : part.devices) out["devices"].push_back(render_device(device));
  if (!part.masked_paths.empty()) out["maskedPaths"] = part.masked_paths;
  if (!part.readonly_paths.empty()) out["readonlyPaths"] = part.readonly_paths;
  if (Json resources = render_resources(part.resources); !resources.empty())
    out["resources"] = std::move(resources);
  return out;
}

/// Reads one object: remembers which keys it was asked for and the first thing that is wrong.
class Object {
 public:
  Object(const Json& json, std::string where, std::optional<Error>& error)
      : json_(json), where_(std::move(where)), error_(error) {
    if (!json.is_object()) complain(where_, "must be an object");
  }
  ~Object() {
    if (!json_.is_object()) return;
    for (const auto& [key, value] : json_.items())
      if (seen_.count(key) == 0) complain(where_ + "." + key, "is not understood");
  }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  template <class T>
  void read(const char* key, T& value) {
    if (const Json* found = find(key)) take(*found, where_ + "." + key, value);
  }
  template <class T>
  void read(const char* key, std::optional<T>& value) {
    if (const Json* found = find(key)) take(*found, where_ + "." + key, value.emplace());
  }
  /// Every element of an array.
  template <class Each>
  void each(const char* key, Each&& visit) {
    const Json* found = find(key);
    if (found == nullptr) return;
    if (!found->is_array()) return complain(where_ + "." + key, "must be an array");
    for (const auto& element : *found) visit(element, where_ + "." + key + "[]");
  }
  template <class Visit>
  void object(const char* key, Visit&& visit) {
    if (const Json* found = find(key)) {
      Object inner(*found, where_ + "." + key, error_);
      visit(inner);
    }
  }
  const Json* find(const char* key) {
    seen_.insert(key);
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }
  void complain(const std::string& where, const char* why) {
    if (!error_)
      error_ =
          fail(Code::bad_input, "runtime-spec document: " + where.substr(where.find('.') + 1) + " " + why)
              .value();
  }
  std::optional<Error>& error() { return error_; }

 private:
  void take(const Json& json, const std::string& where, std::string& value) {
    json.is_string() ? void(value = json.get<std::string>()) : complain(where, "must be a string");
  }
  void take(const Json& json, const std::string& where, bool& value) {
    json.is_boolean() ? void(value = json.get<bool>()) : complain(where, "must be true or false");
  }
  template <class T>
  requires std::is_integral_v<T>
  void take(const Json& json, const std::string& where, T& value) {
    if (json.is_number_unsigned() && std::in_range<T>(json.get<std::uint64_t>())) {
      value = static_cast<T>(json.get<std::uint64_t>());
    } else if (json.is_number_integer() && !json.is_number_unsigned() &&
               std::in_range<T>(json.get<std::int64_t>())) {
      value = static_cast<T>(json.get<std::int64_t>());
    } else {
      complain(where, "must be an integer in range");
    }
  }
  template <class T>
  void take(const Json& json, const std::string& where, std::vector<T>& value) {
    if (!json.is_array()) return complain(where, "must be an array");
    for (const auto& element : json) take(element, where + "[]", value.emplace_back());
  }

  const Json& json_;
  std::string where_;
  std::optional<Error>& error_;
  std::set<std::string> seen_;
};

void read_process(Object& in, RuntimeSpec::Process& process) {
  in.read("terminal", process.terminal);
  in.object("user", [&](Object& user) {
    user.read("uid", process.uid);
    user.read("gid", process.gid);
    user.read("additionalGids", process.additional_gids);
  });
  in.read("args", process.args);
  in.read("env", process.env);
  in.read("cwd", process.cwd);
  in.read("noNewPrivileges", process.no_new_privileges);
  in.each("rlimits", [&](const Json& json, const std::string& where) {
    Object limit(json, where, in.error());
    auto& [type, values] = process.rlimits.emplace_back();
    limit.read("type", type);
    limit.read("soft", values.first);
    limit.read("hard", values.second);
  });
}

void read_hooks(Object& in, const char* key, std::vector<RuntimeHook>& hooks) {
  in.each(key, [&](const Json& json, const std::string& where) {
    Object one(json, where, in.error());
    RuntimeHook& hook = hooks.emplace_back();
    one.read("path", hook.path);
    one.read("args", hook.args);
    one.read("env", hook.env);
    one.read("timeout", hook.timeout);
  });
}

void read_linux(Object& in, RuntimeSpec::Linux& part) {
  in.each("namespaces", [&](const Json& json, const std::string& where) {
    Object(json, where, in.error()).read("type", part.namespaces.emplace_back());
  });
  in.each("devices", [&](const Json& json, const std::string& where) {
    Object one(json, where, in.error());
    RuntimeDevice& device = part.devices.emplace_back();
    one.read("path", device.path);
    one.read("type", device.type);
    one.read("major", device.major);
    one.read("minor", device.minor);
    one.read("fileMode", device.file_mode);
    one.read("uid", device.uid);
    one.read("gid", device.gid);
  });
  in.read("maskedPaths", part.masked_paths);
  in.read("readonlyPaths", part.readonly_paths);
  in.object("resources", [&](Object& resources) {
    resources.object("memory", [&](Object& memory) { memory.read("limit", part.resources.memory_limit); });
    resources.object("pids", [&](Object& pids) { pids.read("limit", part.resources.pids_limit); });
    resources.object("cpu", [&](Object& cpu) {
      std::int64_t period = kCpuPeriod;
      cpu.read("quota", part.resources.cpu_quota);
      cpu.read("period", period);
      if (period <= 0) return cpu.complain("linux.resources.cpu.period", "must be positive");
      if (part.resources.cpu_quota && period != kCpuPeriod)
        part.resources.cpu_quota =
            static_cast<std::int64_t>(static_cast<double>(*part.resources.cpu_quota) *
                                      static_cast<double>(kCpuPeriod) / static_cast<double>(period));
    });
  });
}

void read_document(Object& in, RuntimeSpec& spec) {
  in.read("ociVersion", spec.oci_version);
  in.object("process", [&](Object& process) { read_process(process, spec.process); });
  in.object("root", [&](Object& root) {
    root.read("path", spec.root.path);
    root.read("readonly", spec.root.readonly);
  });
  in.read("hostname", spec.hostname);
  in.each("mounts", [&](const Json& json, const std::string& where) {
    Object one(json, where, in.error());
    RuntimeMount& mount = spec.mounts.emplace_back();
    one.read("destination", mount.destination);
    one.read("type", mount.type);
    one.read("source", mount.source);
    one.read("options", mount.options);
  });
  in.object("hooks", [&](Object& hooks) {
    read_hooks(hooks, "createRuntime", spec.hooks.create_runtime);
    read_hooks(hooks, "createContainer", spec.hooks.create_container);
    read_hooks(hooks, "startContainer", spec.hooks.start_container);
    read_hooks(hooks, "poststart", spec.hooks.poststart);
    read_hooks(hooks, "poststop", spec.hooks.poststop);
  });
  in.object("linux", [&](Object& part) { read_linux(part, spec.linux_); });
  if (const Json* annotations = in.find("annotations")) {
    if (!annotations->is_object()) return in.complain("$.annotations", "must be an object");
    for (const auto& [key, value] : annotations->items()) {
      if (!value.is_string()) return in.complain("$.annotations." + key, "must be a string");
      spec.annotations.emplace_back(key, value.get<std::string>());
    }
  }
}

}  // namespace

std::string render(const RuntimeSpec& spec) {
  Json out = {{"ociVersion", spec.oci_version}, {"process", render_process(spec.process)}};
  out["root"] = {{"path", spec.root.path}, {"readonly", spec.root.readonly}};
  out["hostname"] = spec.hostname;
  out["mounts"] = Json::array();
  for (const auto& mount : spec.mounts) {
    Json one = {{"destination", mount.destination}, {"type", mount.type}, {"source", mount.source}};
    if (!mount.options.empty()) one["options"] = mount.options;
    out["mounts"].push_back(std::move(one));
  }
  if (Json hooks = render_all_hooks(spec.hooks); !hooks.empty()) out["hooks"] = std::move(hooks);
  out["linux"] = render_linux(spec.linux_);
  if (!spec.annotations.empty()) {
    out["annotations"] = Json::object();
    for (const auto& [key, value] : spec.annotations) out["annotations"][key] = value;
  }
  // A byte that is no UTF-8 (a path may hold one) is replaced rather than thrown at.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RuntimeSpec> parse_runtime_spec(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return fail(Code::bad_input, "a runtime-spec document is not valid JSON");
  RuntimeSpec spec;
  std::optional<Error> error;
  {
    Object document(json, "$", error);
    read_document(document, spec);
  }
  if (error) return fail(std::move(*error));
  return spec;
}

}  // namespace envtool::oci
