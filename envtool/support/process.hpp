#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace envtool {

/// When a process started, in clock ticks since boot: with the pid it names one process, because pids are
/// reused. nullopt when there is no such process or it has ended (a zombie). Source: proc(5), /proc/PID/stat
/// field 22.
std::optional<std::uint64_t> process_start_time(pid_t pid);

}  // namespace envtool
