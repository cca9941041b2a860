// Questions to the audit log (contrib/design/audit_format.md): which records, and what each of them counts for.
//
// Pure: a record is the JSON object of one line. What is missing in it, or is not of its type, matches nothing and counts
// for nothing.
#pragma once

#include "policy/base/names.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// A line of the log as its record; nothing where it is none.
std::optional<boost::json::object> record_in(std::string_view line);
// What a record says in a field of text; nothing where it says none.
std::optional<std::string_view> text_in(const boost::json::object& record, std::string_view field);
// An object in a field; an empty one where there is none. Objects in a list; none where there is no list.
const boost::json::object& object_in(const boost::json::object& record, std::string_view field);
std::vector<const boost::json::object*> objects_in(const boost::json::object& record, std::string_view field);
std::vector<const boost::json::object*> recipients_in(const boost::json::object& record);
// What a recipient's record says of their key; an empty object where it says nothing.
const boost::json::object& key_in(const boost::json::object& recipient);
// What stands behind the last @; empty where there is none.
std::string_view domain_of(std::string_view address);
// The same for people: "(hidden)" where a hash stands for the whole address (audit.addresses: keyed), else "(none)".
std::string_view domain_or_word(std::string_view address);

// Of some recipient the record has nothing but a hash.
bool hides_domains(const boost::json::object& record);

// Each list: one of these, or anything where it is empty. Letters' case does not matter.
struct query {
    std::optional<std::chrono::system_clock::time_point> since = {}; // from then on
    std::optional<std::chrono::system_clock::time_point> until = {}; // before then
    std::vector<std::string> events = {};
    std::vector<std::string> ids = {}, senders = {}, classifications = {}, outcomes = {};
    std::vector<std::string> queue_ids = {}, message_ids = {}, users = {};
    std::vector<std::string> policies = {}; // "sha256:" and the first digits
    bool has_near_miss = false;
    std::vector<std::string> recipients = {}, domains = {}, tiers = {}, reasons = {}; // of one and the same recipient
    std::vector<std::string> keys = {}; // the last digits of a fingerprint: of that recipient's key, or of an event's

    bool asks_nothing() const;
};

bool matches(const boost::json::object& record, const query& asked);

// What records are counted by. Those from `recipient` on are of recipients: a record counts once for each that matches.
enum class grouping : std::uint8_t {
    day,
    hour,
    outcome,
    mode,
    classification,
    sender,
    failure,
    gateway,
    recipient,
    domain,
    tier,
    reason
};

// As the record's field is called, where it has one.
constexpr auto names(grouping) {
    using enum grouping;
    return std::to_array<named<grouping>>({{day, "day"},
                                           {hour, "hour"},
                                           {outcome, "outcome"},
                                           {mode, "mode"},
                                           {classification, "classification"},
                                           {sender, "sender"},
                                           {failure, "failure"},
                                           {gateway, "gateway"},
                                           {recipient, "recipient"},
                                           {domain, "domain"},
                                           {tier, "tier"},
                                           {reason, "reason"}});
}
constexpr bool is_of_recipients(grouping by) { return by >= grouping::recipient; }

// What a matching record counts for, once each time: a value of each of `by`, "-" where there is none. Where one of them is of
// recipients, that is so for each recipient that matches.
std::vector<std::vector<std::string>> counted_values(const boost::json::object& record, std::span<const grouping> by,
                                                     const query& asked);

// A number that is whole and not below nothing; else 0.
std::uint64_t number_in(const boost::json::object& record, std::string_view name);

} // namespace sealgate::policy
