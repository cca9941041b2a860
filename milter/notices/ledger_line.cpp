#include "milter/notices/ledger_line.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/outbox/copy_file.hpp"
#include "policy/base/json.hpp"
#include "policy/base/names.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/mail/address.hpp"

#include <boost/json.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace json = boost::json;
using policy::name_of;

json::object as_json(const policy::told_mail& mail) {
    json::array recipients;
    for (const auto& one : mail.recipients)
        recipients.push_back(json::object{{"address", one.address},
                                          {"domain", one.domain},
                                          {"tier", one.tier},
                                          {"reason", name_of(one.why)},
                                          {"has_key", one.has_key}});
    return {{"id", mail.id},
            {"kind", name_of(mail.kind)},
            {"time", rfc3339(mail.time)},
            {"zone", mail.zone.count()},
            {"message_id", mail.message_id},
            {"classification", mail.classification},
            {"meant", json_array(mail.meant)},
            {"unread", mail.unread ? json::value(*mail.unread) : json::value()},
            {"recipients", std::move(recipients)},
            {"unnamed", mail.unnamed},
            {"said", json_array(mail.said)},
            {"sealed", mail.sealed},
            {"inherited", mail.inherited},
            {"raised", mail.raised}};
}

// What follows throws: boost's own errors where a member is missing or is of another type, this one else.
struct malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <class E>
E enum_in(const json::value& word) {
    const auto found = policy::named_as<E>(std::string_view(word.as_string()));
    if (!found) throw malformed("an unknown word");
    return *found;
}

std::chrono::system_clock::time_point time_in(const json::value& text) {
    const auto time = parse_rfc3339(std::string_view(text.as_string()));
    if (!time) throw malformed("a time that is none");
    return *time;
}

// Lines of older gateways have none.
std::chrono::minutes zone_in(const json::object& from) {
    constexpr std::int64_t most = 14 * 60; // whoever wrote the line
    const auto* zone = from.if_contains("zone");
    return std::chrono::minutes(zone ? std::clamp(zone->to_number<std::int64_t>(), -most, most) : 0);
}

policy::told_mail mail_in(const json::object& from) {
    policy::told_mail out{.id = json_text(from.at("id")),
                          .kind = enum_in<policy::notice_kind>(from.at("kind")),
                          .time = time_in(from.at("time")),
                          .zone = zone_in(from),
                          .message_id = json_text(from.at("message_id")),
                          .classification = json_text(from.at("classification")),
                          .meant = json_texts(from.at("meant")),
                          .unread = {},
                          .recipients = {},
                          .unnamed = from.at("unnamed").to_number<std::size_t>(),
                          .said = {},
                          .sealed = from.at("sealed").as_bool(),
                          .inherited = from.contains("inherited") && from.at("inherited").as_bool(),
                          .raised = from.contains("raised") && from.at("raised").as_bool()};
    // Lines of older gateways have none.
    if (const auto* said = from.if_contains("said")) out.said = json_texts(*said);
    if (const auto* unread = from.if_contains("unread"); unread && !unread->is_null()) out.unread = json_text(*unread);
    for (const auto& one : from.at("recipients").as_array()) {
        const auto& recipient = one.as_object();
        out.recipients.push_back({.address = json_text(recipient.at("address")),
                                  .domain = json_text(recipient.at("domain")),
                                  .tier = json_text(recipient.at("tier")),
                                  .why = enum_in<policy::reason>(recipient.at("reason")),
                                  .has_key = recipient.at("has_key").as_bool()});
    }
    return out;
}

collected_mail collected_in(const json::object& from) {
    collected_mail out{.sender = json_text(from.at("sender")),
                       .language = json_text(from.at("language")),
                       .due = time_in(from.at("due")),
                       .mail = mail_in(from.at("mail").as_object())};
    if (!policy::is_envelope_address(out.sender)) throw malformed("a sender that must not get onto the wire");
    return out;
}

} // namespace

std::string to_text(const ledger_line& line) {
    json::object out{{"at", rfc3339(line.at)}};
    if (!line.told.empty()) out["told"] = json_array(line.told);
    if (!line.sent.empty()) out["sent"] = line.sent;
    if (const auto& held = line.collected)
        out["collected"] = json::object{
            {"sender", held->sender}, {"language", held->language}, {"due", rfc3339(held->due)}, {"mail", as_json(held->mail)}};
    return json::serialize(out) + "\n";
}

std::expected<ledger_line, std::string> parse_ledger_line(std::string_view text) {
    const auto refused = [](const std::string& why) { return std::unexpected("not of the ledger's form: " + why); };
    boost::system::error_code no_json;
    const auto parsed = json::parse({text.data(), text.size()}, no_json);
    if (no_json) return refused(no_json.message());
    if (!parsed.is_object()) return refused("not an object");
    try {
        const auto& from = parsed.get_object();
        ledger_line out{.at = time_in(from.at("at"))};
        if (const auto* told = from.if_contains("told")) out.told = json_texts(*told);
        for (const auto& key : out.told)
            if (!is_identity(key)) throw malformed("a key that is none");
        if (const auto* sent = from.if_contains("sent")) out.sent = json_text(*sent);
        if (const auto* collected = from.if_contains("collected")) out.collected = collected_in(collected->as_object());
        return out;
    } catch (const malformed& problem) {
        return refused(text_of(problem));
    } catch (const std::exception&) { // Boost's, whose words are others in each version
        return refused("a member is missing, or of another type");
    }
}

} // namespace sealgate::milter
