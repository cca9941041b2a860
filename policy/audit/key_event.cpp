#include "policy/audit/key_event.hpp"

#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <utility>

namespace sealgate::policy {

namespace json = boost::json;

std::string keys_watch_event(const told_keys& of) {
    json::array to, entries;
    for (const auto& one : of.to) to.push_back(json::string(text::printable(one, longest_name)));
    for (const auto& [entry, state] : of.unusable) {
        if (entries.size() == most_named_certificates) break;
        entries.push_back(json::object{{"entry", text::printable(entry, longest_name)}, {"state", name_of(state)}});
    }
    return event_fields(of.time, gateway_event::keys_watch,
                        {{"to", std::move(to)},
                         {"always_to", json::object{{"count", of.unusable.size()}, {"unusable", std::move(entries)}}},
                         {"ending", counted(of.ending)},
                         {"ended", counted(of.ended)},
                         {"proposed", counted(of.proposed)},
                         {"changed", counted(of.changed)},
                         {"revoked", counted(of.revoked)}});
}

std::string key_event(const key_event_facts& of) {
    json::array addresses;
    for (const auto& one : of.addresses) addresses.push_back(json::string(text::printable(one)));
    json::object out{{"id", of.id}, {"fingerprint", of.fingerprint}, {"addresses", std::move(addresses)}};
    if (!of.user.empty()) out["user"] = text::printable(of.user);
    if (!of.gateway.empty()) out["gateway"] = text::printable(of.gateway, longest_name);
    using enum key_change;
    if (of.what == found || of.what == revoked || of.what == changed || of.what == approve) {
        out["standing"] = name_of(of.standing);
        out["source"] = name_of(of.source);
        out["evidence"] = text::printable(of.evidence, longest_name);
        out["replaces"] = of.replaces.empty() ? json::value(nullptr) : json::value(of.replaces);
    }
    return event_fields(of.time, name_of(of.what), out);
}

} // namespace sealgate::policy
