#include "policy/audit/held_event.hpp"

#include "policy/base/text.hpp"

#include <boost/json.hpp>

namespace sealgate::policy {

namespace json = boost::json;

namespace {

json::value said_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text::printable(text, longest_name));
}

} // namespace

std::string held_event(const held_event_facts& of) {
    json::object out{{"id", of.id}, {"queue_id", text::printable(of.queue_id)}, {"decision", said_or_null(of.decision)}};
    if (of.what == held_change::release) {
        out["released_by"] = said_or_null(of.released_by);
        out["as"] = said_or_null(of.as);
    }
    out["user"] = text::printable(of.user);
    return event_fields(of.time, name_of(of.what), out);
}

} // namespace sealgate::policy
