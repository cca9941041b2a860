#include "milter/held/permit.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/postfix/queue_entry.hpp"
#include "milter/protocol/release_name.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <boost/json.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

std::string member_text(const json::object& from, std::string_view name) {
    return std::string(std::string_view(from.at(name).as_string()));
}

wall_time member_time(const json::object& from, std::string_view name) {
    const auto time = parse_rfc3339(member_text(from, name));
    if (!time) throw std::invalid_argument(std::string(name) + " is no time");
    return *time;
}

void insist(bool holds, const char* what) {
    if (!holds) throw std::invalid_argument(what);
}

held_permit permit_in(const json::object& from) {
    held_permit out{.token = member_text(from, "token"),
                    .queue_id = member_text(from, "queue_id"),
                    .arrival = from.at("arrival").to_number<std::int64_t>(),
                    .decision = member_text(from, "decision"),
                    .as = member_text(from, "as"),
                    .user = member_text(from, "user"),
                    .login = from.at("login").as_bool(),
                    .sender = member_text(from, "sender"),
                    .recipients = from.at("recipients").to_number<std::size_t>(),
                    .envelope = member_text(from, "envelope"),
                    .named = {},
                    .content = member_text(from, "content"),
                    .has_left_in_part = from.at("has_left_in_part").as_bool(),
                    .begun = member_time(from, "begun")};
    if (const auto* probe = from.if_contains("probe")) out.probe = probe->as_bool();
    for (const auto& one : from.at("named").as_array()) out.named.emplace_back(std::string_view(one.as_string()));
    insist(is_release_token(out.token), "token is none");
    insist(is_queue_id(out.queue_id), "queue_id is none");
    return out;
}

permit_taken taken_in(const json::object& from) {
    permit_taken out{.decision = member_text(from, "decision"),
                     .queue_id = member_text(from, "queue_id"),
                     .in_copies = from.at("in_copies").as_bool(),
                     .time = member_time(from, "time")};
    insist(out.in_copies || is_queue_id(out.queue_id), "queue_id is none");
    return out;
}

// What boost and the readers above throw of a file that is not of this form.
template <class T>
std::expected<T, std::string> read_object(std::string_view text, T (*in)(const json::object&)) {
    try {
        return in(json::parse({text.data(), text.size()}).as_object());
    } catch (const boost::system::system_error& problem) {
        return std::unexpected(text_of(problem));
    } catch (const std::logic_error& problem) {
        return std::unexpected(text_of(problem));
    }
}

} // namespace

std::string to_text(const held_permit& permit) {
    json::object out{{"token", permit.token},
                     {"queue_id", permit.queue_id},
                     {"arrival", permit.arrival},
                     {"decision", permit.decision},
                     {"as", permit.as},
                     {"user", permit.user},
                     {"login", permit.login},
                     {"sender", permit.sender},
                     {"recipients", permit.recipients},
                     {"envelope", permit.envelope},
                     {"named", json::array(permit.named.begin(), permit.named.end())},
                     {"content", permit.content},
                     {"has_left_in_part", permit.has_left_in_part},
                     {"begun", rfc3339(permit.begun)}};
    if (permit.probe) out["probe"] = true;
    return json::serialize(out) + "\n";
}

std::expected<held_permit, std::string> parse_permit(std::string_view text) { return read_object(text, permit_in); }

std::string to_text(const permit_taken& taken) {
    return json::serialize(json::object{{"decision", taken.decision},
                                        {"queue_id", taken.queue_id},
                                        {"in_copies", taken.in_copies},
                                        {"time", rfc3339(taken.time)}}) +
           "\n";
}

std::expected<permit_taken, std::string> parse_taken(std::string_view text) { return read_object(text, taken_in); }

std::string envelope_digest(const std::vector<policy::address>& recipients) {
    std::vector<std::string> who;
    for (const auto& one : recipients) who.push_back(one.key());
    std::ranges::sort(who);
    return sha256_hex(text::join(who, "\n"));
}

std::string content_digest(const policy::message& mail) {
    std::string out;
    out.reserve(mail.body.size() + 256);
    for (const auto value : policy::field_values(mail, "Subject")) out.append(policy::unfolded(value)).append("\n");
    out += "\n";
    const std::string_view body = mail.body;
    for (std::size_t i = 0; i < body.size(); ++i)
        if (body[i] != '\r' || i + 1 == body.size() || body[i + 1] != '\n') out += body[i];
    while (out.ends_with('\n')) out.pop_back();
    return sha256_hex(out);
}

} // namespace sealgate::milter
