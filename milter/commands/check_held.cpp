#include "milter/commands/check_held.hpp"

#include "milter/postfix/queue.hpp"

#include <boost/json.hpp>

#include <chrono>

namespace sealgate::milter {

namespace json = boost::json;

std::optional<held_count> count_held(const config& gateway, const invocation& called) {
    const auto queue = postfix_queue(called.value(postfix_option.name)).list();
    if (!queue) return std::nullopt;
    const auto now = std::chrono::system_clock::now();
    held_count out;
    for (const auto& one : queue->entries) {
        if (!one.is_held()) continue;
        ++out.all;
        if (one.is_older_than(gateway.held.remind, now)) ++out.forgotten;
    }
    return out;
}

void remark_on_held(const std::optional<held_count>& held) {
    if (!held || held->forgotten == 0) return;
    complain("remark: " + std::to_string(held->forgotten) + (held->forgotten == 1 ? " mail has" : " mails have") +
             " been held for longer than held.remind; see sealgate held list");
}

json::value as_json(const std::optional<held_count>& held) {
    if (!held) return nullptr;
    return json::object{{"mails", held->all}, {"forgotten", held->forgotten}};
}

} // namespace sealgate::milter
