#include <atomic>
#include <thread>

#include "envtool/image/config.hpp"
#include "envtool/image/editable_tree.hpp"
#include "envtool/image/image.hpp"
#include "envtool/image/layer_records.hpp"
#include "envtool/image/make_context.hpp"
#include "envtool/image/stop_together.hpp"
#include "envtool/image/wheel_jobs.hpp"
#include "envtool/support/parallel.hpp"

namespace envtool::image {
namespace {

class Assembly {
 public:
  Assembly(const ImagePlan& plan, const std::filesystem::path& project, const store::Store& store,
           net::Client& client, Executor& executor, Events& events)
      : plan_(plan),
        events_(events),
        context_{.store = store,
                 .client = client,
                 .executor = executor,
                 .events = events_,
                 .platform = plan.platform,
                 .scheme = plan.scheme,
                 .project = project,
                 .env = plan.env,
                 .releases = releases_of(plan)},
        layers_(plan, store) {}

  Result<Assembled> run() {
    ENVTOOL_CHECK(take_what_is_there());
    {
      // The base is mostly dpkg's scripts, which leave a core to the wheels; setup needs both.
      const std::jthread base([this] { note(make_base_and_system()); });
      note(make_small_trees());
      note(make_wheels());
    }
    ENVTOOL_CHECK(events_.outcome());
    ENVTOOL_CHECK(make_setup());
    const std::vector<store::LayerRecord> records = layers_.records();
    const std::string config = image_config(plan_, records);
    std::vector<store::LayerKey> keys;
    for (const store::LayerRecord& record : records) keys.push_back(record.key);
    ENVTOOL_TRY(assembled_.id, context_.store.put_image(config, image_manifest(config, records), keys));
    assembled_.trees_made = made_;
    assembled_.trees_reused = reused_;
    return assembled_;
  }

 private:
  void note(Result<void> outcome) {
    if (!outcome) events_.stop(std::move(outcome).error());
  }

  Result<void> take_what_is_there() {
    for (const LayerPlan& layer : plan_.layers) {
      for (const TreePlan& plan : layer.trees) {
        auto tree = context_.store.find_tree(plan.key);
        if (!tree) continue;
        ++reused_;
        ENVTOOL_CHECK(layers_.add(std::move(*tree)));
      }
    }
    return {};
  }

  /// Make one tree that is not there, once for all processes.
  template <class Make>
  Result<void> have(const store::TreeKey& key, const Make& make) {
    if (layers_.has(key)) return {};
    ENVTOOL_TRY(const FileLock guard, context_.store.lock(key));
    ENVTOOL_TRY(store::Tree tree, make());
    ++made_;
    return layers_.add(std::move(tree));
  }

  Result<void> make_base_and_system() {
    for (std::size_t i = 0; i < plan_.layers.size(); ++i) {
      for (const TreePlan& plan : plan_.layers[i].trees) {
        const store::TreeKey& key = plan.key;
        if (const auto* base = std::get_if<BaseTree>(&plan.make))
          ENVTOOL_CHECK(have(key, [&] { return make_base_tree(*base, key, context_); }));
        if (const auto* layer = std::get_if<BaseLayerTree>(&plan.make))
          ENVTOOL_CHECK(have(key, [&] { return make_base_layer_tree(*layer, key, context_); }));
        if (const auto* system = std::get_if<SystemTree>(&plan.make)) {
          // The base and its layers stand before it in the plan, and are all there by now.
          const auto below = layers_.below(i);
          ENVTOOL_CHECK(have(key, [&] { return make_system_tree(*system, key, below, context_); }));
        }
      }
    }
    return {};
  }

  Result<void> make_small_trees() {
    for (const LayerPlan& layer : plan_.layers) {
      for (const TreePlan& plan : layer.trees) {
        const store::TreeKey& key = plan.key;
        if (const auto* venv = std::get_if<VenvTree>(&plan.make))
          ENVTOOL_CHECK(have(key, [&] { return make_venv_tree(*venv, key, context_); }));
        if (const auto* editable = std::get_if<EditableTree>(&plan.make))
          ENVTOOL_CHECK(have(key, [&] { return make_editable_tree(*editable, key, context_); }));
      }
    }
    return {};
  }

  Result<void> make_wheels() {
    std::vector<WheelJob> jobs;
    for (const LayerPlan& layer : plan_.layers) {
      for (const TreePlan& plan : layer.trees) {
        const auto* wheel = std::get_if<WheelTree>(&plan.make);
        if (wheel != nullptr && !layers_.has(plan.key)) jobs.push_back({plan.key, wheel});
      }
    }
    const auto on_tree = [this](store::Tree tree, bool made) {
      ++(made ? made_ : reused_);
      return layers_.add(std::move(tree));
    };
    ENVTOOL_TRY(assembled_.fetched, make_wheel_trees(std::move(jobs), context_, on_tree));
    return {};
  }

  /// The archive's releases, as the lock has them.
  [[nodiscard]] static std::vector<project::LockedRelease> releases_of(const ImagePlan& plan) {
    for (const LayerPlan& layer : plan.layers)
      for (const TreePlan& tree : layer.trees)
        if (const auto* base = std::get_if<BaseTree>(&tree.make)) return base->base.releases;
    return {};
  }

  Result<void> make_setup() {
    for (std::size_t i = 0; i < plan_.layers.size(); ++i) {
      for (const TreePlan& plan : plan_.layers[i].trees) {
        const auto* setup = std::get_if<SetupTree>(&plan.make);
        if (setup == nullptr) continue;
        const auto below = layers_.below(i);
        ENVTOOL_CHECK(have(plan.key, [&] { return make_setup_tree(*setup, plan.key, below, context_); }));
      }
    }
    return {};
  }

  const ImagePlan& plan_;
  StopTogether events_;
  MakeContext context_;
  LayerRecords layers_;
  Assembled assembled_;
  std::atomic<std::uint64_t> made_{0}, reused_{0};
};

}  // namespace

Result<Assembled> assemble(const ImagePlan& plan, const std::filesystem::path& project_folder,
                           const store::Store& store, net::Client& client, Executor& executor,
                           Events& events) {
  if (plan.layers.empty()) return fail(Code::internal, "the lock has nothing for " + plan.platform.str());
  ENVTOOL_TRY(const FileLock building, store.building());
  ENVTOOL_TRY(const ImagePlan whole, with_editables(plan, project_folder));
  return Assembly(whole, project_folder, store, client, executor, events).run();
}

}  // namespace envtool::image
