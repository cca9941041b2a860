#include "milter/audit_commands/nothing_found.hpp"

#include "milter/cli/arguments.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

namespace {

// How often each occurs: so many different ones, since a log is not bounded.
class name_counts {
public:
    void see(std::string_view value) {
        constexpr std::size_t most = 100'000;
        auto name = text::lower(value);
        if (const auto at = numbers_.find(name); at != numbers_.end())
            ++at->second;
        else if (!name.empty() && numbers_.size() < most)
            numbers_.emplace(std::move(name), 1);
    }

    std::uint64_t count(std::string_view name) const {
        const auto at = numbers_.find(text::lower(name));
        return at == numbers_.end() ? 0 : at->second;
    }

    std::string nearest(std::string_view name) const {
        std::vector<std::string> all;
        for (const auto& [one, number] : numbers_)
            if (!policy::is_pseudonym(one)) all.push_back(one);
        return text::nearest(text::lower(name), all);
    }

private:
    std::map<std::string, std::uint64_t> numbers_;
};

struct log_names {
    name_counts senders, recipients, domains;
};

log_names names_in(const asked_log& log, const address_resolver& named) {
    log_names out;
    auto all = log.search({}, named);
    for (found_record one; all.next(one);) {
        if (!one.record || one.record->contains("event")) continue;
        out.senders.see(policy::text_in(*one.record, "sender").value_or(""));
        for (const auto* recipient : policy::recipients_in(*one.record)) {
            const auto address = policy::text_in(*recipient, "address").value_or("");
            out.recipients.see(address);
            out.domains.see(policy::domain_of(address));
        }
    }
    return out;
}

// `names`: what was asked for, in all the spellings that mean it.
void tell(const char* direction, const std::vector<std::string>& names, const name_counts& in) {
    if (names.empty() || policy::is_pseudonym(names.front())) return;
    const auto& first = names.front();
    for (const auto& one : names)
        if (const auto number = in.count(one); number > 0)
            return complain(std::to_string(number) + " times there is mail " + direction + " " + text::printable(first) +
                            ", and none of it fits to all that is asked");
    const auto near = in.nearest(first);
    complain("no mail " + std::string(direction) + " " + text::printable(first) +
             (near.empty() ? "" : "; did you mean " + text::printable(near) + ": " + std::to_string(in.count(near)) + "?"));
}

} // namespace

void tell_what_is_not_there(const policy::query& asked, const asked_log& log, const address_resolver& named) {
    if (asked.senders.empty() && asked.recipients.empty() && asked.domains.empty()) return;
    const auto in = names_in(log, named);
    tell("from", asked.senders, in.senders);
    tell("to", asked.recipients, in.recipients);
    tell("to", asked.domains, in.domains);
}

} // namespace sealgate::milter
