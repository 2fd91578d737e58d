// The virtual environment itself (PEP 405): a file that names the base's Python, and links to it.
#include "envtool/image/make_context.hpp"
#include "envtool/image/small_tree.hpp"

namespace envtool::image {
namespace {

/// What `source /opt/venv/bin/activate` is for: people and tools that expect one. PATH has the environment's
/// bin folder first already.
std::string activate_script(const std::string& prefix) {
  return "# source this file from a POSIX shell\n"
         "VIRTUAL_ENV=\"" +
         prefix +
         "\"\nexport VIRTUAL_ENV\n"
         "case \":$PATH:\" in\n  *\":$VIRTUAL_ENV/bin:\"*) ;;\n  *) PATH=\"$VIRTUAL_ENV/bin:$PATH\"; export "
         "PATH ;;\nesac\n"
         "unset PYTHONHOME\nhash -r 2>/dev/null\n"
         "deactivate() { :; }\n";
}

}  // namespace

Result<store::Tree> make_venv_tree(const VenvTree& what, const store::TreeKey& key, MakeContext& context) {
  if (auto tree = context.store.find_tree(key)) return std::move(*tree);
  const InstallScheme& scheme = context.scheme;
  const std::string prefix = scheme.prefix.substr(1), bin = prefix + "/bin/";
  const std::string home = what.python_executable.substr(0, what.python_executable.rfind('/'));
  const std::string settings =
      "home = " + home + "\ninclude-system-site-packages = false\nversion = " + what.python_full_version +
      "\nexecutable = " + what.python_executable + "\n";
  return put_small_tree(key,
                        {{.path = prefix + "/pyvenv.cfg", .bytes = settings, .link = {}},
                         {.path = bin + "activate", .bytes = activate_script(scheme.prefix), .link = {}},
                         {.path = bin + "python", .bytes = {}, .link = what.python_executable},
                         {.path = bin + "python3", .bytes = {}, .link = "python"},
                         {.path = bin + "python" + scheme.python_version, .bytes = {}, .link = "python"}},
                        {scheme.purelib().substr(1)}, context);
}

}  // namespace envtool::image
