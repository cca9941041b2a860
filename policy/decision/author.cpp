#include "policy/decision/author.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/mailbox_list.hpp"

#include <algorithm>
#include <array>

namespace sealgate::policy {

namespace {

bool is_ours(const tier_table& tiers, const address& who) { return tiers.tier_of(who) == tiers.organisation(); }

enum class named_by_from : std::uint8_t { nobody, ours, strangers };

named_by_from read_from(const tier_table& tiers, const message& mail) {
    auto out = named_by_from::nobody;
    for (const auto value : field_values(mail, "From")) {
        for (const auto& spelled : mailbox_addresses(value)) {
            if (is_ours(tiers, parse_address(spelled))) return named_by_from::ours;
            out = named_by_from::strangers;
        }
    }
    return out;
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
    if (who == login::none && !is_ours(tiers, sender) && read_from(tiers, mail) == named_by_from::strangers)
        return author::stranger;
    const bool of_cron = !field_values(mail, "X-Cron-Env").empty(); // Debian's cron says nothing else
    return sender.is_null() || of_cron || is_auto_submitted(mail) ? author::program : author::person;
}

bool is_rewritten(const address& sender) {
    static constexpr auto schemes = std::to_array<std::string_view>({"SRS0", "SRS1"});
    static constexpr std::string_view separators = "=+-";
    const std::string_view local = sender.local;
    const bool begins_so = std::ranges::any_of(schemes, [&](std::string_view scheme) {
        return text::istarts_with(local, scheme) && local.size() > scheme.size() && separators.contains(local[scheme.size()]);
    });
    return begins_so || text::icontains(local, "+SRS=");
}

audience audience_of(const tier_table& tiers, const message& mail, const address& sender, login who) {
    const auto named = read_from(tiers, mail);
    if (named == named_by_from::ours) return audience::ours;
    if (is_rewritten(sender)) return audience::stranger;
    if (who == login::known) return audience::ours;
    if (sender.is_null()) return named == named_by_from::nobody ? audience::ours : audience::stranger; // nothing bounces
    const bool is_certain = sender.is_unqualified() || !sender.may_be_rerouted();
    return is_ours(tiers, sender) && is_certain ? audience::ours : audience::stranger;
}

} // namespace sealgate::policy
