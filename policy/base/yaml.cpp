#include "policy/base/yaml.hpp"

#include "policy/base/spelling.hpp"
#include "policy/base/text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

namespace sealgate::yaml {

std::string diagnostic::to_string() const {
    return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + text;
}

namespace {

// yaml-cpp's marks count from 0.
mark from(const YAML::Mark& at) { return {at.line + 1, at.column + 1}; }

// Builds the tree from yaml-cpp's events: its own node type loses repeated keys.
class tree_builder : public YAML::EventHandler {
public:
    explicit tree_builder(error_sink& errors)
        : errors_(errors) {}

    node root;

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& at, YAML::anchor_t anchor) override { leaf(at, anchor, kind::null, {}); }
    void OnScalar(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
        refuse_tag(at, tag);
        leaf(at, anchor, kind::scalar, value);
    }
    void OnAlias(const YAML::Mark& at, YAML::anchor_t) override {
        errors_.add(from(at), "aliases (*name) are not read here; write the value out");
        leaf(at, 0, kind::null, {});
    }
    void OnSequenceStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(at, tag, anchor, kind::list);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(at, tag, anchor, kind::map);
    }
    void OnMapEnd() override { close(); }

private:
    // A collection under way, and the key that waits for its value.
    struct level {
        node value;
        std::optional<node> key;
    };

    void refuse_tag(const YAML::Mark& at, const std::string& tag) {
        if (tag.size() > 1) errors_.add(from(at), "type tags (!name) are not read here");
    }

    void leaf(const YAML::Mark& at, YAML::anchor_t anchor, kind what, std::string value) {
        if (anchor != 0) errors_.add(from(at), "anchors (&name) are not read here");
        place({.kind = what, .at = from(at), .scalar = std::move(value), .items = {}, .entries = {}});
    }

    void open(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor, kind what) {
        refuse_tag(at, tag);
        if (anchor != 0) errors_.add(from(at), "anchors (&name) are not read here");
        levels_.push_back({.value = {.kind = what, .at = from(at), .scalar = {}, .items = {}, .entries = {}}, .key = {}});
    }

    void close() {
        auto done = std::move(levels_.back().value);
        levels_.pop_back();
        place(std::move(done));
    }

    void place(node value) {
        if (levels_.empty()) {
            root = std::move(value);
            return;
        }
        auto& [parent, key] = levels_.back();
        if (parent.kind == kind::list) {
            parent.items.push_back(std::move(value));
        } else if (!key) {
            key = as_key(std::move(value));
        } else {
            add_entry(parent, *std::exchange(key, std::nullopt), std::move(value));
        }
    }

    node as_key(node key) {
        if (key.kind != kind::scalar) {
            errors_.add(key.at, "a key must be a plain word");
            key = {.kind = kind::scalar, .at = key.at, .scalar = {}, .items = {}, .entries = {}};
        }
        return key;
    }

    void add_entry(node& map, node key, node value) {
        const auto same = [&](const entry& one) { return one.key.scalar == key.scalar; };
        if (const auto first = std::ranges::find_if(map.entries, same); first != map.entries.end()) {
            errors_.add(key.at, "\"" + key.scalar + "\" stands here a second time; the first is in line " +
                                    std::to_string(first->key.at.line));
            return;
        }
        map.entries.push_back({.key = std::move(key), .value = std::move(value)});
    }

    error_sink& errors_;
    std::vector<level> levels_;
};

std::string_view kind_name(kind k) {
    switch (k) {
    case kind::null: return "nothing";
    case kind::scalar: return "a single value";
    case kind::list: return "a list";
    case kind::map: return "a map";
    }
    return "?";
}

bool is_control(char32_t c) { return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0 && c != 0x85); }

} // namespace

// YAML 1.2 section 5.1. yaml-cpp passes on what is no UTF-8.
bool is_readable(std::string_view text, error_sink& errors) {
    const auto broken = text::find_broken_utf8(text);
    mark at;
    for (const char32_t c : text::decode_utf8(text.substr(0, broken))) {
        if (is_control(c)) {
            errors.add(at, fmt::format("a control character (U+{:04X}) does not belong here", static_cast<unsigned>(c)));
            return false;
        }
        at = c == '\n' ? mark{at.line + 1, 1} : mark{at.line, at.column + 1};
    }
    if (broken != std::string_view::npos) errors.add(at, "this is no UTF-8; save the file as UTF-8");
    return broken == std::string_view::npos;
}

std::optional<node> parse(std::string_view text, error_sink& errors) {
    if (!is_readable(text, errors)) return std::nullopt;
    tree_builder builder(errors);
    // yaml-cpp takes a quote that nobody closes, if the last thing in the document is a line end. A comment changes nothing
    // else.
    std::istringstream in(std::string(text) + (text.ends_with('\n') ? "#" : "\n#"));
    try {
        YAML::Parser parser(in);
        parser.HandleNextDocument(builder);
        node first = std::move(builder.root);
        if (parser.HandleNextDocument(builder)) errors.add(builder.root.at, "a second document; one file holds one");
        return first;
    } catch (const YAML::Exception& problem) {
        errors.add(from(problem.mark), "this is not YAML: " + problem.msg);
        return std::nullopt;
    }
}

void expected(std::string_view what, const node& found, error_sink& errors) {
    const auto instead =
        found.kind == kind::scalar ? "\"" + text::printable(found.scalar, 60) + "\"" : std::string(kind_name(found.kind));
    errors.add(found.at, "expected " + std::string(what) + ", found " + instead);
}

map_reader::map_reader(const node& map, std::string what, error_sink& errors)
    : map_(&map)
    , what_(std::move(what))
    , errors_(&errors) {
    if (map.kind != kind::map) expected("a map for \"" + what_ + "\"", map, errors);
}

const node* map_reader::find(std::string_view key) {
    known_.emplace_back(key);
    const auto at = std::ranges::find_if(map_->entries, [&](const entry& one) { return one.key.scalar == key; });
    return at == map_->entries.end() ? nullptr : &at->value;
}

const node* map_reader::optional(std::string_view key) { return find(key); }

const node* map_reader::required(std::string_view key) {
    const auto* value = find(key);
    if (!value && map_->kind == kind::map)
        errors_->add(map_->at, "\"" + std::string(key) + "\" is missing in \"" + what_ + "\"");
    return value;
}

void map_reader::finish() {
    for (const auto& [key, value] : map_->entries) {
        if (std::ranges::find(known_, key.scalar) != known_.end()) continue;
        errors_->add(key.at, "unknown key \"" + text::printable(key.scalar, 60) + "\" in \"" + what_ + "\"" +
                                 did_you_mean(key.scalar, known_));
    }
}

} // namespace sealgate::yaml
