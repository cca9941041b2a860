// Configuration files as a tree that knows where everything stands, and readers that collect every error.
//
// YAML 1.2 in UTF-8, without anchors, aliases, tags and several documents: what a person can review at a glance. A repeated or
// unknown key is an error, as is a wrong type; each error is a diagnostic with file, line and column (from 1), and
// reading goes on, so that all of them are listed at once.
// Ownership: a tree owns its text; map_reader and the lists it hands out refer to the tree and the diagnostics given.
// Tested by load/policy_test and milter/settings/config_test.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::yaml {

struct mark {
    int line = 1;
    int column = 1;
    bool operator==(const mark&) const = default;
};

struct diagnostic {
    std::string file;
    mark at;
    std::string text;

    std::string to_string() const; // "FILE:LINE:COLUMN: text"
};

enum class kind : std::uint8_t { null, scalar, list, map };

struct entry;

struct node {
    yaml::kind kind = yaml::kind::null;
    mark at;
    std::string scalar;
    std::vector<node> items;    // of a list
    std::vector<entry> entries; // of a map, in order
};

struct entry {
    node key; // a scalar
    node value;
};

// Where errors go: one for each file.
class error_sink {
public:
    error_sink(std::string file, std::vector<diagnostic>& into)
        : file_(std::move(file))
        , into_(&into) {}

    void add(mark at, std::string text) { into_->push_back({file_, at, std::move(text)}); }
    const std::string& file() const { return file_; }

    // The sink of another file, into the same list.
    error_sink for_file(std::string file) const { return {std::move(file), *into_}; }

private:
    std::string file_;
    std::vector<diagnostic>* into_;
};

// Whether a text that people write is UTF-8 without control characters; if not, a diagnostic.
bool is_readable(std::string_view text, error_sink& errors);

// The document's root, or nothing and a diagnostic. An empty document is a null node.
std::optional<node> parse(std::string_view text, error_sink& errors);

// "; did you mean \"x\"?", or nothing where no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

// Scalars of a type; each adds a diagnostic and gives nothing where the node is something else.
std::optional<std::string> as_text(const node& value, error_sink& errors);
std::optional<bool> as_bool(const node& value, error_sink& errors); // true or false
std::optional<std::uint64_t> as_count(const node& value, error_sink& errors);
// "24h", "30m", "90s", "7d", in seconds.
std::optional<std::uint64_t> to_seconds(std::string_view text);
std::optional<std::uint64_t> as_seconds(const node& value, error_sink& errors);
// "50MiB", "10KiB", "1GiB" or plain octets.
std::optional<std::uint64_t> as_octets(const node& value, error_sink& errors);
// A list of texts; a single text counts as a list of one.
std::vector<std::pair<std::string, mark>> as_texts(const node& value, error_sink& errors);

// One of an enum's names.
template <class E>
std::optional<E> as_enum(const node& value, error_sink& errors, const auto& table) {
    std::vector<std::string> names;
    const auto word = as_text(value, errors);
    if (!word) return std::nullopt;
    for (const auto& entry : table) {
        if (entry.name == *word) return entry.value;
        names.emplace_back(entry.name);
    }
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    errors.add(value.at, "\"" + *word + "\" is none of: " + list + did_you_mean(*word, names));
    return std::nullopt;
}

// Reads a map whose keys are known. Ask for each key once, then call finish(), which reports unknown keys.
class map_reader {
public:
    // `what` names the map in errors: "gateway", "rules.public".
    map_reader(const node& map, std::string what, error_sink& errors);

    // The value, or null if it is absent.
    const node* optional(std::string_view key);
    // The value, or null and a diagnostic if it is absent.
    const node* required(std::string_view key);
    // Reports the keys nobody asked for.
    void finish();

private:
    const node* find(std::string_view key);

    const node* map_;
    std::string what_;
    error_sink* errors_;
    std::vector<std::string> known_;
};

} // namespace sealgate::yaml
