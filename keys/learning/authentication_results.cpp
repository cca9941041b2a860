#include "keys/learning/authentication_results.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace sealgate::keys {

namespace {

// More than any server says of one method.
constexpr std::size_t most_properties = 32;

// The end of a quoted string that begins there, behind its quote; npos: it has none.
std::size_t end_of_quoted(std::string_view in, std::size_t at) {
    for (++at; at < in.size(); ++at) {
        if (in[at] == '\\')
            ++at;
        else if (in[at] == '"')
            return at + 1;
    }
    return std::string_view::npos;
}

// RFC 5322 section 3.2.2: a comment means a space. Nothing where one, or a quoted string, has no end.
std::optional<std::string> without_comments(std::string_view value) {
    std::string out;
    std::size_t depth = 0;
    for (std::size_t at = 0; at < value.size(); ++at) {
        const char c = value[at];
        if (depth > 0) {
            if (c == '\\') ++at;
            if (c == '(') ++depth;
            if (c == ')') --depth;
        } else if (c == '(') {
            depth = 1;
            out += ' ';
        } else if (c == ')') {
            return std::nullopt;
        } else if (c == '"') {
            const auto end = end_of_quoted(value, at);
            if (end == std::string_view::npos) return std::nullopt;
            out += value.substr(at, end - at);
            at = end - 1;
        } else {
            out += c;
        }
    }
    return depth == 0 ? std::optional(std::move(out)) : std::nullopt;
}

// Reads a value from which the comments are gone, and of which each quoted string has its end.
class result_reader {
public:
    explicit result_reader(std::string_view value)
        : rest_(value) {}

    // Passes over white space too.
    bool at_end() {
        while (!rest_.empty() && text::is_space(rest_.front())) rest_.remove_prefix(1);
        return rest_.empty();
    }

    bool take(char wanted) {
        if (at_end() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // A token or quoted strings, up to white space or the next result. Not all who write them quote what they should: a "/" or
    // "=" in a value (header.b), an address.
    std::string take_value() {
        std::string out;
        at_end();
        while (!rest_.empty() && !text::is_space(rest_.front()) && rest_.front() != ';')
            rest_.front() == '"' ? take_quoted(out) : take_octet(out);
        return out;
    }

    // What stands before "=", without the white space that may stand around its dots and slashes; lower case. Empty: no name.
    std::string take_name() {
        std::string out;
        while (!at_end() && !is_end_of_name(rest_.front())) {
            const bool goes_on = out.empty() || is_joint(out.back()) || is_joint(rest_.front());
            if (!goes_on) return {};
            while (!rest_.empty() && !text::is_space(rest_.front()) && !is_end_of_name(rest_.front())) take_octet(out);
        }
        return text::lower(out);
    }

    // To behind the next ";" outside of a quoted string.
    void pass_result() {
        std::string passed;
        while (!rest_.empty() && rest_.front() != ';') rest_.front() == '"' ? take_quoted(passed) : take_octet(passed);
        if (!rest_.empty()) rest_.remove_prefix(1);
    }

private:
    static bool is_joint(char c) { return c == '.' || c == '/'; }
    static bool is_end_of_name(char c) { return c == '=' || c == ';' || c == '"'; }

    void take_octet(std::string& to) {
        to += rest_.front();
        rest_.remove_prefix(1);
    }

    void take_quoted(std::string& to) {
        const auto end = end_of_quoted(rest_, 0);
        for (std::size_t at = 1; at + 1 < end; ++at) {
            if (rest_[at] == '\\') ++at;
            to += rest_[at];
        }
        rest_.remove_prefix(end);
    }

    std::string_view rest_;
};

// The method without its version; empty where that is not 1.
std::string method_of(std::string name) {
    const auto slash = name.find('/');
    if (slash == std::string::npos) return name;
    return name.substr(slash) == "/1" ? name.substr(0, slash) : std::string{};
}

// What stands before the next ";". Nothing: it is no result, or one that contradicts itself; then `in` is anywhere in it.
std::optional<authentication_result> read_result(result_reader& in) {
    authentication_result out{.method = method_of(in.take_name()), .result = {}, .properties = {}};
    if (out.method.empty() || !in.take('=')) return std::nullopt;
    out.result = text::lower(in.take_value());
    while (!in.at_end()) {
        auto name = in.take_name();
        if (name.empty()) break;
        if (!in.take('=')) return std::nullopt;
        auto value = in.take_value();
        if (!name.contains('.')) continue; // a reason, and what some servers say beside
        if (out.property(name) || out.properties.size() == most_properties) return std::nullopt;
        out.properties.push_back({.name = std::move(name), .value = std::move(value)});
    }
    return out;
}

} // namespace

std::optional<std::string_view> authentication_result::property(std::string_view name) const {
    const auto at = std::ranges::find(properties, name, &authentication_property::name);
    return at == properties.end() ? std::nullopt : std::optional<std::string_view>(at->value);
}

std::optional<authentication_results> read_authentication_results(std::string_view value) {
    const auto clean = without_comments(value);
    if (!clean) return std::nullopt;
    result_reader in(*clean);
    authentication_results out{.authserv_id = in.take_value(), .results = {}};
    if (out.authserv_id.empty()) return std::nullopt;
    if (const auto version = in.take_value(); !version.empty() && version != "1") return std::nullopt;
    if (!in.at_end() && !in.take(';')) return std::nullopt;
    while (!in.at_end()) {
        auto read = read_result(in);
        const bool is_whole = in.at_end() || in.take(';');
        if (!is_whole) in.pass_result();
        if (read && is_whole) out.results.push_back(*std::move(read));
    }
    return out;
}

std::vector<authentication_result> results_of_ours(const policy::message& mail, std::span<const std::string> authserv_ids) {
    std::vector<authentication_result> out;
    for (const auto& field : mail.fields) {
        if (text::iequals(field.name, "Received")) break;
        if (!text::iequals(field.name, "Authentication-Results")) continue;
        auto read = read_authentication_results(field.value);
        const auto is_ours = [&](const std::string& id) { return text::iequals(id, read->authserv_id); };
        if (read && std::ranges::any_of(authserv_ids, is_ours)) std::ranges::move(read->results, std::back_inserter(out));
    }
    return out;
}

} // namespace sealgate::keys
