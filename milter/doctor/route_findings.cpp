#include "milter/doctor/route_findings.hpp"

#include "keys/base/files.hpp"
#include "milter/base/named_files.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <optional>
#include <pwd.h>
#include <string>
#include <sys/stat.h>
#include <system_error>

namespace sealgate::milter {

namespace {

using enum finding_kind;

constexpr auto bcc_parameters = std::to_array<const char*>({"always_bcc", "sender_bcc_maps", "recipient_bcc_maps"});
constexpr std::size_t most_of_a_kind = 20; // of one table: the rest is counted

// A table that Postfix makes of a text: "hash:/etc/aliases".
struct table {
    std::string type, file;

    static std::optional<table> read(std::string_view spelled, std::span<const std::string_view> types) {
        const auto colon = spelled.find(':');
        if (colon == std::string_view::npos || !text::is_one_of(spelled.substr(0, colon), types)) return std::nullopt;
        return table{.type = std::string(spelled.substr(0, colon)), .file = std::string(spelled.substr(colon + 1))};
    }
};

// An entry with what continues it; lines count from 1.
struct entry {
    std::string text;
    std::size_t first = 0, last = 0;
};

std::vector<entry> entries_of(std::string_view content) {
    std::vector<entry> out;
    for (std::size_t number = 1; !content.empty(); ++number) {
        const auto line = text::take_line(content);
        const auto trimmed = text::trim(line);
        if (trimmed.empty() || trimmed.front() == '#') continue;
        if (text::is_space(line.front()) && !out.empty()) {
            out.back().text.append(" ").append(trimmed);
            out.back().last = number;
        } else {
            out.push_back({.text = std::string(trimmed), .first = number, .last = number});
        }
    }
    return out;
}

std::string comment_out(const entry& one, const std::string& file) {
    const auto lines = std::to_string(one.first) + (one.first == one.last ? "" : "," + std::to_string(one.last));
    return "sed -i '" + lines + "s/^/#/' " + shell_quoted(file);
}

void find_bcc(const examined& of, findings& to) {
    const auto add = [&](const std::string& where, const std::string& value, const std::string& mend) {
        to.push_back({.kind = bcc_behind_gateway,
                      .what = "adds recipients behind the gateway (" + text::printable(value, 120) +
                              "); policy.yaml has `archive` for that",
                      .where = where,
                      .mend = mend});
    };
    for (const auto* name : bcc_parameters) {
        if (const auto& value = of.postfix.value(name); !value.empty())
            add(std::string(name) + " in main.cf", value, of.set(postfix_edit::place::parameter, name, std::nullopt));
        for (const auto& one : of.postfix.services)
            if (const auto own = one.own.find(name); own != one.own.end() && !own->second.empty())
                add(one.key() + " in master.cf", own->second, of.take_out(one, name));
    }
}

// The first address of others that an entry leads to; empty: none.
std::string outside_of(const examined& of, std::string_view targets) {
    for (const auto& one : split_list(targets)) {
        if (!one.contains('@') || one.starts_with('|') || one.starts_with('/') || one.starts_with('"') || one.contains('$'))
            continue;
        const auto who = policy::parse_address(one);
        const auto& tiers = of.live->rules.tiers;
        if (tiers.tier_of(who) != tiers.organisation()) return one;
    }
    return {};
}

void find_aliases_in(const examined& of, const table& in, bool is_alias_file, findings& to) {
    const auto content = read_file(in.file);
    if (!content) return;
    std::size_t count = 0;
    for (const auto& one : entries_of(*content)) {
        const auto end = is_alias_file ? one.text.find(':') : one.text.find_first_of(" \t");
        if (end == std::string::npos) continue;
        const auto outside = outside_of(of, std::string_view(one.text).substr(end + 1));
        if (outside.empty() || ++count > most_of_a_kind) continue;
        const auto maker = is_alias_file ? "postalias" : "postmap";
        to.push_back(
            {.kind = alias_to_outside,
             .what = text::printable(one.text.substr(0, end), 80) + " counts as one of ours, and its mail goes on to " +
                     text::printable(outside, 80) + " without the gateway",
             .where = in.file + ":" + std::to_string(one.first),
             .mend = comment_out(one, in.file) + " && " + maker + of.option + " " + shell_quoted(in.type + ":" + in.file)});
    }
    if (count > most_of_a_kind)
        to.push_back({.kind = alias_to_outside,
                      .what = std::to_string(count - most_of_a_kind) + " more entries lead to others",
                      .where = in.file,
                      .mend = {}});
}

void find_aliases(const examined& of, findings& to) {
    constexpr auto types = std::to_array<std::string_view>({"hash", "btree", "lmdb", "cdb", "dbm", "texthash"});
    if (!of.live) return;
    for (const auto& [name, is_alias_file] : {std::pair{"alias_maps", true}, std::pair{"virtual_alias_maps", false}})
        for (const auto& one : split_list(of.postfix.value(name)))
            if (const auto in = table::read(one, types)) find_aliases_in(of, *in, is_alias_file, to);
}

// As local(8) puts a user's home and name into forward_path; empty: the entry is about something else.
std::string forward_file(std::string path, const ::passwd& user) {
    for (const auto& [name, value] : {std::pair{"home", user.pw_dir}, {"user", user.pw_name}})
        for (const auto& spelled : {"${" + std::string(name) + "}", "$" + std::string(name)})
            for (auto at = path.find(spelled); at != std::string::npos; at = path.find(spelled))
                path.replace(at, spelled.size(), value);
    return path.contains('$') ? std::string{} : path;
}

// A file of the user's own: a link would have root show what they may not read.
std::optional<std::string> own_text(const std::string& file, ::uid_t user) {
    constexpr std::size_t most = 64 * 1024;
    try {
        const keys::open_file in(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        const auto status = in.status();
        if (!S_ISREG(status.st_mode) || (status.st_uid != user && status.st_uid != 0)) return std::nullopt;
        return keys::read_open(in.descriptor(), file, most);
    } catch (const std::system_error&) {
        return std::nullopt;
    }
}

// Where users of this machine send their mail on themselves.
void find_forwards(const examined& of, findings& to) {
    if (!of.live || !of.postfix.value("local_transport").starts_with("local")) return;
    const auto paths = split_list(of.postfix.value("forward_path"));
    ::setpwent();
    while (const auto* user = ::getpwent())
        for (const auto& path : paths) {
            const auto file = forward_file(path, *user);
            const auto content = file.empty() ? std::nullopt : own_text(file, user->pw_uid);
            if (!content) continue;
            for (const auto& one : entries_of(*content))
                if (const auto outside = outside_of(of, one.text); !outside.empty())
                    to.push_back({.kind = alias_to_outside,
                                  .what = std::string(user->pw_name) + " counts as one of ours, and its mail goes on to " +
                                          text::printable(outside, 80) + " without the gateway",
                                  .where = file + ":" + std::to_string(one.first),
                                  .mend = comment_out(one, file)});
        }
    ::endpwent();
}

// An action that changes or takes away what its pattern finds.
bool changes_subject(std::string_view entry) {
    constexpr auto actions = std::to_array<std::string_view>({"REPLACE", "STRIP", "IGNORE"});
    if (!text::icontains(entry, "subject")) return false;
    const auto end = entry.rfind(entry.front());
    return std::ranges::any_of(actions, [&](auto action) { return text::icontains(entry.substr(end), action); });
}

void find_header_checks(const examined& of, findings& to) {
    constexpr auto types = std::to_array<std::string_view>({"regexp", "pcre"});
    for (const auto& one : split_list(of.postfix.value("header_checks"))) {
        const auto in = table::read(one, types);
        const auto content = in ? read_file(in->file) : std::unexpected(std::string());
        if (!content) continue;
        for (const auto& check : entries_of(*content))
            if (changes_subject(check.text))
                to.push_back({.kind = subject_changed,
                              .what = "changes the Subject before the gateway sees it, and its tag with it: " +
                                      text::printable(check.text, 80),
                              .where = in->file + ":" + std::to_string(check.first),
                              .mend = comment_out(check, in->file) + " && postfix" + of.option + " reload"});
    }
}

} // namespace

findings route_findings(const examined& of) {
    findings out;
    find_bcc(of, out);
    find_aliases(of, out);
    find_forwards(of, out);
    find_header_checks(of, out);
    return out;
}

} // namespace sealgate::milter
