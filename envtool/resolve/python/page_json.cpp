#include <simdjson.h>

#include "envtool/resolve/python/page.hpp"
#include "envtool/resolve/python/rfc3339.hpp"

namespace envtool::resolve::python {
namespace {

using simdjson::ondemand::value;

/// Strings are unescaped into the parser's own buffer, which lives as long as the parser.
std::string_view text_of(value field) {
  std::string_view text;
  return field.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

/// false, true, or an object with hashes (PEP 714).
void read_core_metadata(value field, File& file) {
  switch (field.type().value_unsafe()) {
    case simdjson::ondemand::json_type::boolean:
      file.has_metadata = file.has_metadata || field.get_bool().value_unsafe();
      break;
    case simdjson::ondemand::json_type::object: {
      file.has_metadata = true;
      std::string_view hex;
      if (field.get_object()["sha256"].get_string().get(hex) == simdjson::SUCCESS)
        if (auto digest = Digest::parse(hex)) file.metadata_sha256 = *digest;
      break;
    }
    default:
      break;
  }
}

void read_yanked(value field, File& file) {
  if (field.type().value_unsafe() == simdjson::ondemand::json_type::string) {
    file.yanked = true;
    file.yanked_reason = text_of(field);
  } else {
    bool yanked = false;
    file.yanked = field.get_bool().get(yanked) == simdjson::SUCCESS && yanked;
  }
}

/// PEP 691: a client must stop at a major version that it does not know. Out: that version, else nothing.
std::string_view unknown_version(value meta) {
  std::string_view version;
  simdjson::ondemand::object object;
  if (meta.get_object().get(object) != simdjson::SUCCESS ||
      object["api-version"].get_string().get(version) != simdjson::SUCCESS)
    return {};
  return version == "1" || version.starts_with("1.") ? std::string_view{} : version;
}

struct Entry {
  File file;
  bool skip = false;
  bool foreign = false;
};

void read_field(std::string_view key, value field, Entry& entry) {
  File& file = entry.file;
  if (key == "filename") {
    file.name = text_of(field);
    file.wheel = file.name.ends_with(".whl");
    entry.foreign = file.wheel && PageWriter::foreign_wheel(file.name);
    entry.skip =
        entry.foreign || (!file.wheel && !file.name.ends_with(".tar.gz") && !file.name.ends_with(".zip"));
  } else if (key == "url") {
    file.url = text_of(field);
  } else if (key == "hashes") {
    std::string_view hex;
    simdjson::ondemand::object hashes;
    if (field.get_object().get(hashes) == simdjson::SUCCESS &&
        hashes["sha256"].get_string().get(hex) == simdjson::SUCCESS)
      if (auto digest = Digest::parse(hex)) file.sha256 = *digest;
  } else if (key == "size") {
    if (field.get_uint64().get(file.size) != simdjson::SUCCESS) file.size = 0;
  } else if (key == "upload-time") {
    file.uploaded = parse_upload_time(text_of(field));
  } else if (key == "requires-python") {
    file.requires_python = text_of(field);
  } else if (key == "yanked") {
    read_yanked(field, file);
  } else if (key == "core-metadata" || key == "data-dist-info-metadata" || key == "dist-info-metadata") {
    read_core_metadata(field, file);
  }
}

simdjson::error_code read_file_entry(simdjson::ondemand::object object, Entry& entry) {
  for (auto field : object) {
    std::string_view key;
    if (auto error = field.unescaped_key().get(key)) return error;
    value content;
    if (auto error = field.value().get(content)) return error;
    read_field(key, content, entry);
    if (entry.skip) break;  // what follows in the object is skipped without being decoded
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_files(simdjson::ondemand::array files, const Url& base, PageWriter& into,
                                std::deque<std::string>& keep_alive) {
  for (auto element : files) {
    simdjson::ondemand::object object;
    if (auto error = element.get_object().get(object)) return error;
    Entry entry;
    if (auto error = read_file_entry(object, entry)) return error;
    if (entry.foreign) into.add_foreign(entry.file.name);
    if (entry.skip || entry.file.name.empty()) continue;
    if (!entry.file.url.starts_with("https://")) {
      auto url = base.resolve(entry.file.url);
      if (!url) continue;
      keep_alive.push_back(url->without_fragment());
      entry.file.url = keep_alive.back();
    }
    into.add(entry.file);
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_document(simdjson::ondemand::document& document, const Url& base, PageWriter& into,
                                   std::string& status, std::string& unknown,
                                   std::deque<std::string>& keep_alive) {
  simdjson::ondemand::object top;
  if (auto error = document.get_object().get(top)) return error;
  bool seen = false;
  for (auto field : top) {
    std::string_view key;
    if (auto error = field.unescaped_key().get(key)) return error;
    value content;
    if (auto error = field.value().get(content)) return error;
    if (key == "files") {
      simdjson::ondemand::array files;
      if (auto error = content.get_array().get(files)) return error;
      if (auto error = read_files(files, base, into, keep_alive)) return error;
      seen = true;
    } else if (key == "meta") {
      unknown = unknown_version(content);
    } else if (key == "project-status") {
      std::string_view text;
      if (content.get_object()["status"].get_string().get(text) == simdjson::SUCCESS) status = text;
    }
  }
  return seen ? simdjson::SUCCESS : simdjson::NO_SUCH_FIELD;
}

}  // namespace

Result<void> read_json_page(std::string& body, const Url& base, PageWriter& into, std::string& status,
                            std::deque<std::string>& keep_alive) {
  // One parser a thread: its buffers are as large as the largest page, and file views point into them until
  // the caller has written the page.
  thread_local simdjson::ondemand::parser parser;
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  auto error =
      parser.iterate(simdjson::padded_string_view(body.data(), body.size(), body.capacity())).get(document);
  std::string unknown;
  if (!error) error = read_document(document, base, into, status, unknown, keep_alive);
  if (!error && !unknown.empty())
    return fail(Code::bad_input,
                "the index page " + base.redacted() + " is of version " + unknown + ", and envtool knows 1",
                "a newer envtool may read it");
  if (error)
    return fail(Code::bad_input, "the index page " + base.redacted() +
                                     " is not what PEP 691 describes: " + simdjson::error_message(error));
  return {};
}

}  // namespace envtool::resolve::python
