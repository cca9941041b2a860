// Configuration files as a tree that knows where everything stands, and a reader of its maps that collects every error.
//
// YAML 1.2 in UTF-8, without anchors, aliases, tags and several documents: what a person can review at a glance. A repeated or
// unknown key is an error, as is a wrong type; each error is a diagnostic with file, line and column (from 1), and
// reading goes on, so that all of them are listed at once.
// Ownership: a tree owns its text; map_reader refers to the tree and the diagnostics given. Values:
// policy/base/yaml_values.hpp. Tested by load/policy_test and milter/settings/config_test.
#pragma once

#include <cstdint>
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

// Adds the diagnostic "expected WHAT, found …".
void expected(std::string_view what, const node& found, error_sink& errors);

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
