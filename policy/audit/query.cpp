#include "policy/audit/query.hpp"

#include "policy/audit/chain.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

bool is_wanted(std::optional<std::string_view> value, const std::vector<std::string>& wanted) {
    if (wanted.empty()) return true;
    return value && std::ranges::any_of(wanted, [&](const auto& one) { return text::iequals(one, *value); });
}

bool is_in_time(const json::object& record, const query& asked) {
    if (!asked.since && !asked.until) return true;
    const auto time = parse_rfc3339(text_in(record, "time").value_or(""));
    return time && (!asked.since || *time >= *asked.since) && (!asked.until || *time < *asked.until);
}

bool asks_for_recipients(const query& asked) {
    return !(asked.recipients.empty() && asked.domains.empty() && asked.tiers.empty() && asked.reasons.empty() &&
             asked.keys.empty());
}

bool begins_as_wanted(std::optional<std::string_view> value, const std::vector<std::string>& wanted) {
    if (wanted.empty()) return true;
    return value && std::ranges::any_of(wanted, [&](const auto& one) { return text::istarts_with(*value, one); });
}

bool ends_as_wanted(std::string_view value, const std::vector<std::string>& wanted) {
    if (wanted.empty()) return true;
    return std::ranges::any_of(wanted, [&](const auto& one) {
        return value.size() >= one.size() && text::iequals(value.substr(value.size() - one.size()), one);
    });
}

bool has_near_misses(const json::object& record) {
    const auto* list = record.if_contains("near_misses");
    return list && list->is_array() && !list->get_array().empty();
}

std::vector<const json::object*> matching_recipients(const json::object& record, const query& asked) {
    std::vector<const json::object*> out;
    for (const auto* one : recipients_in(record)) {
        const auto address = text_in(*one, "address");
        if (is_wanted(address, asked.recipients) && is_wanted(domain_of(address.value_or("")), asked.domains) &&
            is_wanted(text_in(*one, "tier"), asked.tiers) && is_wanted(text_in(*one, "reason"), asked.reasons) &&
            ends_as_wanted(text_in(key_in(*one), "fingerprint").value_or(""), asked.keys))
            out.push_back(one);
    }
    return out;
}

// An event of a key is about that key, and of no recipient.
bool has_wanted_recipient(const json::object& record, const query& asked) {
    if (!asks_for_recipients(asked) || !matching_recipients(record, asked).empty()) return true;
    const bool asks_for_keys_alone =
        asked.recipients.empty() && asked.domains.empty() && asked.tiers.empty() && asked.reasons.empty();
    const auto of_event = text_in(record, "fingerprint");
    return asks_for_keys_alone && of_event && ends_as_wanted(*of_event, asked.keys);
}

std::string value_of(const json::object& record, grouping by) {
    const auto text =
        std::string(text_in(record, by == grouping::day || by == grouping::hour ? "time" : name_of(by)).value_or("-"));
    if (by == grouping::day) return text.substr(0, 10);
    if (by == grouping::hour) return text.substr(0, 13);
    return by == grouping::sender ? text::lower(text) : text;
}

bool is_hidden(std::string_view address) { return domain_of(address).empty() && is_pseudonym(address); }

std::string value_of_recipient(const json::object& one, grouping by) {
    if (by == grouping::tier || by == grouping::reason) return std::string(text_in(one, name_of(by)).value_or("-"));
    const auto address = text::lower(text_in(one, "address").value_or("-"));
    return by == grouping::domain ? std::string(domain_or_word(address)) : address;
}

} // namespace

std::optional<json::object> record_in(std::string_view line) {
    if (line.size() > longest_record) return std::nullopt;
    boost::system::error_code error;
    auto value = json::parse(line, error);
    return !error && value.is_object() ? std::optional(std::move(value.as_object())) : std::nullopt;
}

std::optional<std::string_view> text_in(const json::object& record, std::string_view field) {
    const auto* value = record.if_contains(field);
    return value && value->is_string() ? std::optional(std::string_view(value->as_string())) : std::nullopt;
}

const json::object& object_in(const json::object& record, std::string_view field) {
    static const json::object none;
    const auto* value = record.if_contains(field);
    return value && value->is_object() ? value->as_object() : none;
}

std::vector<const json::object*> objects_in(const json::object& record, std::string_view field) {
    std::vector<const json::object*> out;
    const auto* list = record.if_contains(field);
    if (!list || !list->is_array()) return out;
    for (const auto& one : list->as_array())
        if (one.is_object()) out.push_back(&one.as_object());
    return out;
}

std::vector<const json::object*> recipients_in(const json::object& record) { return objects_in(record, "recipients"); }

const json::object& key_in(const json::object& recipient) { return object_in(recipient, "key"); }

std::string_view domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

std::string_view domain_or_word(std::string_view address) {
    const auto domain = domain_of(address);
    if (!domain.empty()) return domain;
    return is_hidden(address) ? "(hidden)" : "(none)";
}

bool hides_domains(const json::object& record) {
    const auto recipients = recipients_in(record);
    return std::ranges::any_of(recipients, [](const auto* one) { return is_hidden(text_in(*one, "address").value_or("")); });
}

bool query::asks_nothing() const {
    return !since && !until && events.empty() && ids.empty() && senders.empty() && classifications.empty() &&
           outcomes.empty() && queue_ids.empty() && message_ids.empty() && users.empty() && policies.empty() &&
           !has_near_miss && !asks_for_recipients(*this);
}

bool matches(const json::object& record, const query& asked) {
    return is_wanted(text_in(record, "event"), asked.events) && is_wanted(text_in(record, "id"), asked.ids) &&
           is_wanted(text_in(record, "sender"), asked.senders) &&
           is_wanted(text_in(record, "classification"), asked.classifications) &&
           is_wanted(text_in(record, "outcome"), asked.outcomes) && is_wanted(text_in(record, "queue_id"), asked.queue_ids) &&
           is_wanted(text_in(record, "message_id"), asked.message_ids) && is_wanted(text_in(record, "user"), asked.users) &&
           begins_as_wanted(text_in(record, "policy"), asked.policies) && (!asked.has_near_miss || has_near_misses(record)) &&
           is_in_time(record, asked) && has_wanted_recipient(record, asked);
}

std::vector<std::vector<std::string>> counted_values(const json::object& record, std::span<const grouping> by,
                                                     const query& asked) {
    const auto row_for = [&](const json::object* recipient) {
        std::vector<std::string> out;
        for (const auto one : by)
            out.push_back(is_of_recipients(one) ? value_of_recipient(*recipient, one) : value_of(record, one));
        return out;
    };
    if (std::ranges::none_of(by, is_of_recipients)) return {row_for(nullptr)};
    std::vector<std::vector<std::string>> out;
    for (const auto* one : matching_recipients(record, asked)) out.push_back(row_for(one));
    return out;
}

std::uint64_t number_in(const boost::json::object& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    boost::system::error_code none;
    const auto number = value ? value->to_number<std::uint64_t>(none) : 0;
    return none ? 0 : number;
}

} // namespace sealgate::policy
