#include "policy/decision/author.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/mailbox_list.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

bool is_ours(const tier_table& tiers, const address& who) { return tiers.tier_of(who) == tiers.organisation(); }

bool is_from_a_stranger(const tier_table& tiers, const message& mail) {
    std::size_t named = 0;
    for (const auto value : field_values(mail, "From")) {
        for (const auto& spelled : mailbox_addresses(value)) {
            if (is_ours(tiers, parse_address(spelled))) return false;
            ++named;
        }
    }
    return named > 0;
}

} // namespace

bool is_auto_submitted(const message& mail) {
    return std::ranges::any_of(field_values(mail, "Auto-Submitted"), [](std::string_view field) {
        const auto value = unfolded(field);
        // Parameters and comments may follow.
        return !text::iequals(text::trim(std::string_view(value).substr(0, value.find_first_of(";("))), "no");
    });
}

author author_of(const tier_table& tiers, const message& mail, const address& sender, login who) {
    if (who == login::none && !is_ours(tiers, sender) && is_from_a_stranger(tiers, mail)) return author::stranger;
    const bool of_cron = !field_values(mail, "X-Cron-Env").empty(); // Debian's cron says nothing else
    return sender.is_null() || of_cron || is_auto_submitted(mail) ? author::program : author::person;
}

} // namespace sealgate::policy
