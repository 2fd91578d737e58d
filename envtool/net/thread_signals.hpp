#pragma once
#include <pthread.h>

#include <csignal>

namespace envtool::net {

/// First thing in a thread of ours: signals for the process (SIGINT, SIGTERM, SIGCHLD, …) go to the caller's
/// threads, and a write to a closed connection is an error code, not a SIGPIPE that ends the process.
inline void block_signals_in_this_thread() {
  sigset_t all;
  sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) sigdelset(&all, fault);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace envtool::net
