#include "runtime/service/record_json.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace envtool::runtime::service {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::array<const char*, 3> kNetworks = {"host", "isolated", "none"};  // in NetworkMode's order

}  // namespace

std::string render_record(const SessionRecord& record) {
  const Json json = {{"format", 1},
                     {"project", record.project.native()},
                     {"image", record.image},
                     {"engine", record.engine},
                     {"init", record.session.init},
                     {"init_start_time", record.session.init_start_time},
                     {"command", record.command},
                     {"env", record.env},
                     {"network", kNetworks[static_cast<std::size_t>(record.network)]},
                     {"ports", record.ports},
                     {"started", record.started.time_since_epoch().count()}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<SessionRecord> parse_record(std::string_view text) try {
  const Json json = Json::parse(text);
  SessionRecord record;
  record.project = json.at("project").get<std::string>();
  record.image = json.at("image").get<std::string>();
  record.engine = json.at("engine").get<std::string>();
  record.session.init = json.at("init").get<pid_t>();
  record.session.init_start_time = json.at("init_start_time").get<std::uint64_t>();
  record.command = json.at("command").get<std::vector<std::string>>();
  record.env = json.at("env").get<std::vector<std::string>>();
  record.ports = json.at("ports").get<std::vector<std::uint16_t>>();
  record.started = std::chrono::sys_seconds(std::chrono::seconds(json.at("started").get<std::int64_t>()));
  const auto network = json.at("network").get<std::string>();
  for (std::size_t i = 0; i < kNetworks.size(); ++i)
    if (network == kNetworks[i]) record.network = static_cast<NetworkMode>(i);
  return record;
} catch (const nlohmann::json::exception& error) {
  return fail(Code::bad_input, std::string("a session's state.json cannot be read: ") + error.what());
}

}  // namespace envtool::runtime::service
