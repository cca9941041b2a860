#include "milter/audit/search.hpp"

#include "milter/audit/line_choice.hpp"
#include "milter/audit/reader.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

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
    : audit_search(nullptr, std::move(asked), named) {
    log_ = std::make_unique<audit_reader>(log, choice_for(asked_, *key_, std::move(how)));
}

audit_search::audit_search(std::unique_ptr<log_lines> log, policy::query asked, const address_resolver& named)
    : asked_(std::move(asked))
    , but_for_people_(without_people(asked_))
    , but_for_domains_(without_domains(asked_))
    , named_key_(named.key_id())
    , key_(&key_of({}))
    , log_(std::move(log)) {}

// Each gateway has a key of its own, or had.
policy::address_key_in_use& audit_search::key_of(std::string_view gateway) {
    const auto at = keys_.find(gateway);
    return at != keys_.end() ? at->second : keys_.emplace(gateway, policy::address_key_in_use(named_key_)).first->second;
}

bool audit_search::next(found_record& out) {
    while (log_->next(out.line)) {
        out.record = policy::record_in(out.line);
        if (const auto gateway = log_->gateway(); !gateway.empty()) key_ = &key_of(gateway);
        if (out.record && is_wanted(*out.record)) {
            name_gateway(out);
            return true;
        }
        if (out.record) continue;
        ++damaged_;
        out.line = text::printable(out.line);
        if (asked_.asks_nothing()) return true;
    }
    return false;
}

void audit_search::name_gateway(found_record& in) const {
    const auto gateway = log_->gateway();
    if (gateway.empty()) return;
    (*in.record)["gateway"] = gateway;
    in.line = R"({"gateway":)" + json::serialize(json::string(gateway)) + "," + in.line.substr(in.line.find('{') + 1);
}

bool audit_search::is_wanted(const json::object& record) {
    key_->see(record);
    const auto fit = key_->fit_for(record);
    if (fit != policy::key_fit::fits && policy::matches(record, but_for_people_))
        ++(fit == policy::key_fit::another ? hashed_.under_another_key : hashed_.under_unknown_key);
    if (!asked_.domains.empty() && policy::hides_domains(record) && policy::matches(record, but_for_domains_))
        ++hashed_.without_domain;
    return policy::matches(record, asked_);
}

} // namespace sealgate::milter
