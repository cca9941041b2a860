#include "milter/postfix/edits.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/postfix/milter_list.hpp"
#include "policy/base/json.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace json = boost::json;
using place = postfix_edit::place;

constexpr std::array<std::pair<place, std::string_view>, 3> place_words{
    {{place::parameter, "main.cf"}, {place::own, "option"}, {place::service, "service"}}};

std::string_view word_of(place where) {
    return std::ranges::find(place_words, where, &std::pair<place, std::string_view>::first)->second;
}

place place_named(std::string_view word) {
    const auto found = std::ranges::find(place_words, word, &std::pair<place, std::string_view>::second);
    if (found == place_words.end()) throw std::invalid_argument("no such place: " + text::printable(word, 40));
    return found->first;
}

// postconf -M lays a line out in columns.
std::string in_single_blanks(std::string_view line) {
    std::string out;
    for (const char c : line) {
        if (text::is_space(c) && (out.empty() || out.back() == ' ')) continue;
        out += text::is_space(c) ? ' ' : c;
    }
    return out;
}

bool is_same(place where, const std::optional<std::string>& a, const std::optional<std::string>& b) {
    if (!a || !b) return a.has_value() == b.has_value();
    if (where == place::own) return without_blanks(*a) == without_blanks(*b);
    return in_single_blanks(*a) == in_single_blanks(*b);
}

json::value or_null(const std::optional<std::string>& what) { return what ? json::value(*what) : json::value(nullptr); }

std::optional<std::string> or_nothing(const json::value& what) {
    if (what.is_null()) return std::nullopt;
    return json_text(what);
}

} // namespace

std::optional<std::string> found_at(const postfix_configuration& now, place where, std::string_view key) {
    if (where == place::parameter) return now.spelled(key);
    const auto slash = where == place::own ? key.rfind('/') : key.size();
    const auto* service = now.find(key.substr(0, slash));
    if (service == nullptr) return std::nullopt;
    if (where == place::service) return in_single_blanks(service->line);
    const auto own = service->own.find(key.substr(slash + 1));
    if (own == service->own.end()) return std::nullopt;
    return own->second;
}

bool is_made(const postfix_configuration& now, const postfix_edit& edit) {
    return is_same(edit.where, found_at(now, edit.where, edit.key), edit.after);
}

std::optional<postfix_edit> edit_to(const postfix_configuration& now, place where, std::string key,
                                    std::optional<std::string> after) {
    postfix_edit out{.where = where, .key = std::move(key), .before = {}, .after = std::move(after)};
    if (is_made(now, out)) return std::nullopt;
    out.before = found_at(now, where, out.key);
    return out;
}

std::vector<std::string> postconf_arguments(const postfix_edit& edit) {
    switch (edit.where) {
    case place::parameter:
        if (!edit.after) return {"-X", edit.key};
        return {"-e", edit.key + " = " + *edit.after};
    case place::own:
        if (!edit.after) return {"-PX", edit.key};
        return {"-P", "-e", edit.key + "=" + without_blanks(*edit.after)};
    case place::service:
        if (!edit.after) return {"-MX", edit.key};
        return {"-M", "-e", edit.key + "=" + *edit.after};
    }
    std::unreachable();
}

std::string shell_quoted(std::string_view word) {
    const auto is_plain = [](char c) { return text::is_alphanumeric(c) || std::string_view("_-./:=,@+%").contains(c); };
    if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string(word);
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string postconf_command(const postfix_edit& edit, std::string_view option) {
    auto out = "postconf" + std::string(option);
    for (const auto& one : postconf_arguments(edit)) out += " " + shell_quoted(one);
    return out;
}

std::string shown_line(const postfix_edit& edit) {
    switch (edit.where) {
    case place::parameter: return edit.key + " = " + edit.after.value_or("");
    case place::service: return edit.after.value_or("");
    case place::own: break;
    }
    const auto slash = edit.key.rfind('/');
    const auto parameter = edit.key.substr(slash + 1);
    return edit.key.substr(0, edit.key.find('/')) + ": " +
           (edit.after ? "-o " + parameter + "=" + without_blanks(*edit.after) : "without -o " + parameter);
}

std::string to_text(const postfix_record& record) {
    json::array edits;
    for (const auto& one : record.edits)
        edits.push_back(json::object{
            {"where", word_of(one.where)}, {"key", one.key}, {"before", or_null(one.before)}, {"after", or_null(one.after)}});
    const json::object all{
        {"version", 1}, {"edits", std::move(edits)}, {"main.cf", record.main_cf}, {"master.cf", record.master_cf}};
    return json::serialize(all) + "\n";
}

std::expected<postfix_record, std::string> parse_record(std::string_view text) try {
    const auto read = json::parse(text::trim(text));
    if (read.at("version").as_int64() != 1) return std::unexpected("it was written by a newer sealgate");
    postfix_record out{.edits = {}, .main_cf = json_text(read.at("main.cf")), .master_cf = json_text(read.at("master.cf"))};
    for (const auto& one : read.at("edits").as_array())
        out.edits.push_back({.where = place_named(json_text(one.at("where"))),
                             .key = json_text(one.at("key")),
                             .before = or_nothing(one.at("before")),
                             .after = or_nothing(one.at("after"))});
    return out;
} catch (const std::exception& problem) {
    return std::unexpected("it cannot be read: " + text::printable(text_of(problem), 120));
}

std::vector<postfix_edit> merged(std::vector<postfix_edit> earlier, const std::vector<postfix_edit>& later) {
    for (const auto& one : later) {
        const auto same = std::ranges::find_if(
            earlier, [&](const auto& before) { return before.where == one.where && before.key == one.key; });
        if (same == earlier.end())
            earlier.push_back(one);
        else
            same->after = one.after;
    }
    return earlier;
}

} // namespace sealgate::milter
