#include "milter/gateway/given_id.hpp"

#include "policy/base/text.hpp"

#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

bool is_message_id(const policy::header_field& field) { return text::iequals(field.name, "Message-ID"); }

policy::header_field field_of(const std::string& message_id) { return {.name = "Message-ID", .value = " " + message_id}; }

} // namespace

std::string new_message_id(const policy::policy& rules, const policy::address& sender, std::string_view decision) {
    auto domains = rules.tiers.first_domains(rules.tiers.organisation(), 1);
    if (domains.empty()) domains.push_back(sender.domain.empty() ? "localhost" : sender.domain);
    return "<sealgate." + std::string(decision) + "@" + domains.front() + ">";
}

policy::message with_message_id(policy::message mail, const std::string& message_id) {
    std::erase_if(mail.fields, is_message_id);
    mail.fields.push_back(field_of(message_id));
    return mail;
}

void give_message_id(edit_list& edits, const policy::message& mail, const std::string& message_id) {
    if (edits.discard) return;
    const auto numbers = number_fields(mail);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (is_message_id(mail.fields[i])) edits.deletions.push_back(numbers[i]);
    edits.additions.insert(edits.additions.begin(), field_of(message_id));
}

} // namespace sealgate::milter
