#include "envtool/resolve/system/chunk_queue.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace envtool::resolve::system {

void ChunkQueue::push(std::string_view bytes) {
  if (bytes.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    chunks_.emplace_back(bytes);
  }
  more_.notify_one();
}

void ChunkQueue::close(Result<void> outcome) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    outcome_ = std::move(outcome);
  }
  more_.notify_one();
}

Result<std::size_t> ChunkQueue::read(std::span<char> into) {
  std::unique_lock lock(mutex_);
  more_.wait(lock, [&] { return closed_ || !chunks_.empty(); });
  if (chunks_.empty()) {
    if (!outcome_) return Failure(outcome_.error());
    return 0;
  }
  // Only the reader removes chunks and a deque's elements stay where they are, so the copy needs no lock.
  const auto& front = chunks_.front();
  lock.unlock();
  const auto count = std::min(into.size(), front.size() - offset_);
  std::memcpy(into.data(), front.data() + offset_, count);
  hash_.update(std::string_view(into.data(), count));
  offset_ += count;
  if (offset_ == front.size()) {
    lock.lock();
    chunks_.pop_front();
    offset_ = 0;
  }
  return count;
}

Result<void> ChunkQueue::drain() {
  std::array<char, 65536> rest{};
  while (true) {
    ENVTOOL_TRY(const auto count, read(rest));
    if (count == 0) return {};
  }
}

}  // namespace envtool::resolve::system
