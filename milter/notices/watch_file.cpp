#include "milter/notices/watch_file.hpp"

#include "policy/base/json.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <optional>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace json = boost::json;
using std::chrono::sys_seconds;

std::string line_of(const json::object& line) { return json::serialize(line) + "\n"; }

// These throw boost's own errors where a member is missing or is of another type.
sys_seconds second_in(const json::value& text) {
    const auto time = parse_rfc3339(std::string_view(text.as_string()));
    if (!time) throw std::invalid_argument("a time that is none");
    return std::chrono::floor<std::chrono::seconds>(*time);
}

std::optional<sys_seconds> second_in(const json::object& from, std::string_view name) {
    const auto* text = from.if_contains(name);
    return text ? std::optional(second_in(*text)) : std::nullopt;
}

void apply(const json::object& line, policy::watch_memory& to) {
    if (const auto* mail = line.if_contains("mail")) {
        to.mail = second_in(*mail);
    } else if (const auto* news = line.if_contains("news")) {
        to.news = second_in(*news);
    } else if (const auto* entry = line.if_contains("always_to")) {
        const policy::watched_entry known{.since = second_in(line, "since"), .told = second_in(line, "told")};
        to.organisation.insert_or_assign(std::string(std::string_view(entry->as_string())), known);
    } else {
        const policy::told_step known{.end = second_in(line.at("end")),
                                      .step = std::chrono::seconds(line.at("step").as_int64())};
        to.certificates.insert_or_assign(std::string(std::string_view(line.at("certificate").as_string())), known);
    }
}

} // namespace

std::string to_text(const policy::watch_memory& told) {
    std::string out;
    if (told.mail) out += line_of({{"mail", rfc3339(*told.mail)}});
    if (told.news) out += line_of({{"news", rfc3339(*told.news)}});
    for (const auto& [entry, known] : told.organisation) {
        json::object line{{"always_to", entry}};
        if (known.since) line["since"] = rfc3339(*known.since);
        if (known.told) line["told"] = rfc3339(*known.told);
        out += line_of(line);
    }
    for (const auto& [fingerprint, known] : told.certificates)
        out += line_of({{"certificate", fingerprint}, {"end", rfc3339(known.end)}, {"step", known.step.count()}});
    return out;
}

read_watch parse_watch(std::string_view content) {
    read_watch out;
    while (!content.empty()) {
        const auto take = [&](const json::object& line) { apply(line, out.told); };
        if (!json_line_is_read(text::take_line(content), take)) ++out.passed_over;
    }
    return out;
}

} // namespace sealgate::milter
