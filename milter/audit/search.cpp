#include "milter/audit/search.hpp"

#include "milter/audit/line_choice.hpp"
#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

policy::query without_people(policy::query asked) {
    asked.senders.clear();
    asked.recipients.clear();
    asked.users.clear();
    asked.message_ids.clear();
    return asked;
}

policy::query without_domains(policy::query asked) {
    asked.domains.clear();
    return asked;
}

} // namespace

// The part of the question that indexes answer is theirs; each line that they name is held against all of it as any other.
audit_search::audit_search(const std::filesystem::path& log, policy::query asked, const address_resolver& named, indexing how)
    : asked_(std::move(asked))
    , but_for_people_(without_people(asked_))
    , but_for_domains_(without_domains(asked_))
    , key_(named.key_id())
    , log_(log, choice_for(asked_, key_, std::move(how))) {}

bool audit_search::next(found_record& out) {
    while (log_.next(out.line)) {
        out.record = policy::record_in(out.line);
        if (out.record && is_wanted(*out.record)) return true;
        if (out.record) continue;
        ++damaged_;
        out.line = text::printable(out.line);
        if (asked_.asks_nothing()) return true;
    }
    return false;
}

bool audit_search::is_wanted(const json::object& record) {
    key_.see(record);
    const auto fit = key_.fit_for(record);
    if (fit != policy::key_fit::fits && policy::matches(record, but_for_people_))
        ++(fit == policy::key_fit::another ? hashed_.under_another_key : hashed_.under_unknown_key);
    if (!asked_.domains.empty() && policy::hides_domains(record) && policy::matches(record, but_for_domains_))
        ++hashed_.without_domain;
    return policy::matches(record, asked_);
}

} // namespace sealgate::milter
