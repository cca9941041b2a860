#include "policy/report/wanted.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/names.hpp"
#include "policy/base/text.hpp"
#include "policy/rules/reason.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_named = 3;

} // namespace

bool wanted_keys::add(const boost::json::object& recipient, std::string_view sender, wall_time when) {
    const auto word = std::string(text_in(recipient, "reason").value_or(""));
    const auto why = named_as<reason>(word);
    if (!why || !is_about_a_key(*why)) return false;
    const auto address = text::lower(text_in(recipient, "address").value_or(""));
    auto* found = people_.at(address);
    if (!found) return false;
    const bool is_latest = when >= found->last;
    ++found->mails;
    if (is_latest) {
        found->tier = text_in(recipient, "tier").value_or("");
        found->reason = word;
        found->last = when;
    }
    if (auto* mails = writers_.at({address, sender.empty() ? "<>" : text::lower(sender)})) ++*mails;
    return true;
}

wanted_keys::writers wanted_keys::writers_to(const std::string& address) const {
    std::vector<std::pair<std::uint64_t, std::string>> all;
    const auto& values = writers_.values();
    for (auto at = values.lower_bound({address, ""}); at != values.end() && at->first.first == address; ++at)
        all.emplace_back(at->second, at->first.second);
    std::ranges::stable_sort(all, std::greater{}, [](const auto& one) { return one.first; });
    writers out{.first = {}, .more = all.size() - std::min(all.size(), most_named)};
    all.resize(all.size() - out.more);
    for (auto& [mails, who] : all) out.first.push_back(std::move(who));
    return out;
}

std::string wanted_keys::writers::in_words() const {
    return text::join(first, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

} // namespace sealgate::policy
