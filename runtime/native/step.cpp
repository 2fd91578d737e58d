#include "runtime/native/step.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "runtime/native/mounts.hpp"

namespace envtool::runtime::native {

void tell(int channel, const Report& report, int fd) {
  if (channel < 0) return;
  Report copy = report;
  iovec bytes{&copy, sizeof copy};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  while (::sendmsg(channel, &message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

bool hear(int channel, Report& report, int& fd) {
  fd = -1;
  iovec bytes{&report, sizeof report};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size = 0;
  do {
    size = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size != sizeof report) return false;
  if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr && header->cmsg_type == SCM_RIGHTS)
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return true;
}

bool Failing::fail(Step at, std::size_t which) {
  number = errno;
  step = at;
  index = static_cast<std::uint32_t>(which);
  return false;
}

namespace {

template <class List>
std::string item(const List& list, std::uint32_t index) {
  return index < list.size() ? "/" + std::string(list[index]) : std::string();
}

std::string mount_source(const LaunchPlan& plan, std::uint32_t index) {
  return index < plan.mounts.size() ? plan.mounts[index].source : std::string();
}
std::string mount_target(const LaunchPlan& plan, std::uint32_t index) {
  return index < plan.mounts.size() ? "/" + plan.mounts[index].target : std::string();
}

struct Phrase {
  std::string doing, object;
};

Phrase root_phrase(const LaunchPlan& plan, const Report& report) {
  switch (report.step) {
    case Step::clone:
      return {"create a user namespace", ""};
    case Step::map_user:
      return {"map the user into the container", ""};
    case Step::root_tmpfs:
      return {"mount a tmpfs for the container's writes at", plan.scratch};
    case Step::root_layer:
      return {"use as a layer", report.index < plan.lowers.size() ? plan.lowers[report.index] : ""};
    case Step::root_upper:
      return {"use for the container's writes", plan.upper};
    case Step::root_overlay:
      return {"mount the overlay of the image's layers at", plan.scratch};
    case Step::root_bind:
      return {"bind the root", plan.lowers.empty() ? "" : plan.lowers.front()};
    case Step::root_attach:
      return {"attach the root at", plan.scratch};
    case Step::mount_source:
      return {"open for mounting", mount_source(plan, report.index)};
    case Step::mount_target:
      return {"find or make the mount point", mount_target(plan, report.index)};
    case Step::mount_create:
      return {"make the file system for", mount_target(plan, report.index)};
    case Step::mount_attach:
      return {"mount", mount_target(plan, report.index)};
    case Step::device:
      return {"bind the device",
              "/dev/" + (report.index < kDeviceNodes.size() ? std::string(kDeviceNodes[report.index])
                                                            : std::string())};
    case Step::masked_path:
      return {"mask", item(plan.masked, report.index)};
    case Step::read_only_path:
      return {"make read-only", item(plan.read_only_paths, report.index)};
    default:
      return {};
  }
}

Phrase phrase(const LaunchPlan& plan, const Report& report) {
  switch (report.step) {
    case Step::host_name:
      return {"set the host name", plan.hostname};
    case Step::loopback:
      return {"bring up the loopback interface", ""};
    case Step::pivot:
      return {"switch to the container's root", ""};
    case Step::working_directory:
      return {"change into", plan.cwd};
    case Step::terminal:
      return {"open a terminal in the container (is /dev/pts among its mounts?)", ""};
    case Step::standard_streams:
      return {"set up the standard streams", ""};
    case Step::process_limit:
      return {"set the process limit number", std::to_string(report.index)};
    case Step::affinity:
      return {"choose processors", ""};
    case Step::capabilities:
      return {"drop capabilities", ""};
    case Step::filter:
      return {"install the system call filter", ""};
    case Step::fork:
      return {"start a process", ""};
    case Step::execute:
      return {"execute", plan.args.empty() ? "" : plan.args.front()};
    case Step::enter:
      return {"enter the session's namespaces", ""};
    default:
      return root_phrase(plan, report);
  }
}

/// A refusal that says something about the machine, not about one file.
bool is_about_machine(const Report& report) {
  if (report.step == Step::clone || report.step == Step::map_user) return true;
  const bool refused = report.value == EPERM || report.value == EACCES;
  return refused && (report.step == Step::root_tmpfs || report.step == Step::root_overlay ||
                     report.step == Step::mount_create || report.step == Step::pivot);
}

}  // namespace

Error error_of(const LaunchPlan& plan, const Report& report) {
  const Phrase words = phrase(plan, report);
  Error error = fail_errno(words.doing, words.object, report.value == 0 ? EIO : report.value).value();
  if (is_about_machine(report)) {
    error.code = Code::unsupported;
    error.hints.clear();  // ENOSPC of clone is no full disk
  }
  if (report.value == EOVERFLOW)
    // Only the caller's own uid and gid exist inside; a folder with the set-group-ID bit hands down another
    // group.
    error.hints.emplace_back(
        "a file of the image belongs to another user or group: give the store to yourself "
        "(chown -R, chmod g-s) or set ENVTOOL_STORE to a folder of your own");
  if (report.step == Step::execute && report.value == ENOENT) error.code = Code::not_found;
  if (report.step == Step::mount_source && report.value == ENOENT) error.code = Code::not_found;
  return error;
}

}  // namespace envtool::runtime::native
