#include "milter/postfix/plan.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>

namespace sealgate::milter {

namespace {

using place = postfix_edit::place;

constexpr std::string_view submit_name = "syslog_name=postfix/sealgate"; // by which setup knows the service of its own
constexpr auto list_names = std::to_array<std::string_view>({"smtpd_milters", "non_smtpd_milters"});
constexpr auto limits_above_message_size = std::to_array<std::string_view>({"mailbox_size_limit", "virtual_mailbox_limit"});

// Edits, and what main.cf says once they are made.
class planner {
public:
    explicit planner(const postfix_configuration& now)
        : now_(now)
        , known_(now.set) {}

    void set(place where, std::string key, std::optional<std::string> after) {
        if (where == place::parameter && after) known_.insert_or_assign(key, *after);
        if (auto edit = edit_to(now_, where, std::move(key), std::move(after))) plan_.edits.push_back(*std::move(edit));
    }
    void remark(std::string text) { plan_.remarks.push_back(std::move(text)); }

    const postfix_parameters& known() const { return known_; }
    postfix_plan take() { return std::move(plan_); }

private:
    const postfix_configuration& now_;
    postfix_parameters known_;
    postfix_plan plan_;
};

bool is_chrooted_anywhere(const postfix_configuration& now) {
    return std::ranges::any_of(now.services,
                               [](const auto& one) { return one.is_chrooted && (one.is_smtpd() || one.program == "cleanup"); });
}

std::string submit_service(const postfix_configuration& now, const inet_endpoint& submit, std::string_view milters) {
    const bool is_v6 = submit.address.contains(':');
    const auto chrooted = std::ranges::any_of(now.services, [](const auto& one) { return one.is_smtpd() && one.is_chrooted; });
    std::string out = to_string(endpoint(submit)).substr(sizeof "inet:" - 1);
    out += std::string(" inet n - ") + (chrooted ? "y" : "n") + " - - smtpd";
    const auto own = [&out](std::string_view option) { (out += " -o ") += option; };
    own(submit_name);
    own("smtpd_milters=" + std::string(milters));
    own("smtpd_milter_maps=");
    own("milter_macro_daemon_name=ORIGINATING");
    own(is_v6 ? "mynetworks=[::1]/128" : "mynetworks=127.0.0.0/8");
    for (const auto* name : {"client", "recipient", "relay"})
        own(std::string("smtpd_") + name + "_restrictions=permit_mynetworks,reject");
    for (const auto* name : {"helo", "sender", "data", "end_of_data"}) own(std::string("smtpd_") + name + "_restrictions=");
    for (const auto* option : {"smtpd_tls_security_level=none", "smtpd_sasl_auth_enable=no",
                               "smtpd_proxy_filter=", "content_filter=", "smtpd_client_connection_count_limit=0",
                               "smtpd_client_connection_rate_limit=0"})
        own(option);
    return out;
}

bool is_own_submit_service(const postfix_service& one) {
    return one.is_smtpd() && one.line.find(submit_name) != std::string::npos;
}

// What the gateway hands in itself, and what a content filter gives back of mail that has been in already.
bool is_behind_the_gateway(const postfix_service& one, const installation_wish& wish) {
    const auto filter = one.own.find("content_filter");
    return one.port() == wish.submit.port || (one.is_on_loopback() && filter != one.own.end() && filter->second.empty());
}

void plan_lists(planner& plan, const postfix_configuration& now, const installation_wish& wish, const milter_roles& roles) {
    for (const auto name : list_names) {
        const auto spelled = now.spelled(name).value_or("");
        const bool is_well = roles.has_gateway(now.value(name)) && roles.is_before_signers(now.value(name));
        const auto after = is_well ? spelled : roles.with_gateway(spelled, plan.known());
        if (after != spelled) plan.set(place::parameter, std::string(name), after);
    }
    for (const auto& one : now.services) {
        for (const auto name : list_names) {
            const auto own = one.own.find(name);
            if (own == one.own.end() || own->second.empty() || is_behind_the_gateway(one, wish)) continue;
            const auto& in_force = now.value(one, name);
            if (roles.has_gateway(in_force) && roles.is_before_signers(in_force)) continue;
            const auto after = roles.with_gateway(own->second, plan.known());
            if (after != own->second) plan.set(place::own, one.key() + "/" + std::string(name), after);
        }
    }
}

void plan_submit_port(planner& plan, const postfix_configuration& now, const installation_wish& wish,
                      const milter_roles& roles) {
    const auto* there = now.at_port(wish.submit.port);
    if (there != nullptr && !is_own_submit_service(*there)) {
        plan.remark("master.cf has a service at port " + std::to_string(wish.submit.port) +
                    " already, which is left as it is: " + there->key());
        return;
    }
    const auto signers = roles.signers_of(now.spelled("smtpd_milters").value_or(""), now.set);
    if (!signers.empty()) plan.set(place::parameter, std::string(signers_parameter), signers);
    const auto line = submit_service(now, wish.submit, signers.empty() ? "" : "$" + std::string(signers_parameter));
    plan.set(place::service, line.substr(0, line.find(' ')) + "/inet", line);
}

void plan_sizes(planner& plan, const postfix_configuration& now, std::uint64_t largest_message) {
    const auto needed = size_when_sealed(largest_message);
    const auto raise = [&](std::string_view name) {
        const auto most = now.number(name);
        if (most && *most != 0 && *most < needed) plan.set(place::parameter, std::string(name), std::to_string(needed));
    };
    raise("message_size_limit");
    for (const auto name : limits_above_message_size) raise(name);
}

void remark_on_doors(planner& plan, const postfix_configuration& now, const installation_wish& wish) {
    for (const auto& one : now.services)
        if (one.is_smtpd() && !is_behind_the_gateway(one, wish) && is_closed_to_milters(now, one))
            plan.remark("mail that comes in at " + one.key() + " of master.cf goes round the gateway; see sealgate doctor");
}

} // namespace

bool is_closed_to_milters(const postfix_configuration& of, const postfix_service& door) {
    const auto switched_off = split_list(of.value(door, "receive_override_options"));
    return of.value(door, "smtpd_milters").empty() ? door.own.contains("smtpd_milters")
                                                   : std::ranges::find(switched_off, "no_milters") != switched_off.end();
}

std::string gateway_entry(std::string_view milter) {
    return "{ " + std::string(milter) +
           ", default_action=tempfail, connect_timeout=10s, command_timeout=30s, content_timeout=120s, protocol=6 }";
}

std::expected<std::string, std::string> reachable_endpoint(const postfix_configuration& now,
                                                           const std::vector<endpoint>& listen) {
    const auto& queue = now.value("queue_directory");
    for (const auto& one : listen)
        if (const auto spelled = endpoint_for(one, queue)) return *spelled;
    if (listen.empty()) return std::unexpected("the gateway listens nowhere (gateway.listen)");
    if (!is_chrooted_anywhere(now)) return to_string(listen.front());
    return std::unexpected(to_string(listen.front()) + " is outside " + queue +
                           ", where chrooted smtpd and cleanup do not find it: set gateway.listen to unix:" + queue +
                           "/sealgate/milter.sock");
}

std::expected<postfix_plan, std::string> plan_installation(const postfix_configuration& now, const installation_wish& wish) {
    const auto where = reachable_endpoint(now, wish.listen);
    if (!where) return std::unexpected(where.error());
    const milter_roles roles(wish.listen, now.value("queue_directory"));
    planner plan(now), of_lists(now);
    plan_lists(of_lists, now, wish, roles);
    // One who has put it in by hand, and well, needs no other name for it.
    const auto lists = of_lists.take();
    if (!lists.edits.empty() || now.set.contains(gateway_parameter))
        plan.set(place::parameter, std::string(gateway_parameter), gateway_entry(*where));
    plan_submit_port(plan, now, wish, roles);
    plan_lists(plan, now, wish, roles);
    plan_sizes(plan, now, wish.largest_message);
    if (now.number("bounce_size_limit") != 1) plan.set(place::parameter, "bounce_size_limit", "1");
    if (now.value("message_strip_characters").empty()) plan.set(place::parameter, "message_strip_characters", "\\0");
    remark_on_doors(plan, now, wish);
    return plan.take();
}

postfix_plan plan_removal(const postfix_configuration& now, const std::optional<postfix_record>& done) {
    const auto edits_made = done ? done->edits : std::vector<postfix_edit>{};
    const milter_roles roles({}, now.value("queue_directory"));
    planner plan(now);
    const auto undoes = [&](place where, std::string_view key) {
        return std::ranges::any_of(edits_made,
                                   [&](const auto& one) { return one.where == where && one.key == key && is_made(now, one); });
    };
    const auto take_out = [&](place where, std::string key, const std::string& spelled) {
        const auto without = roles.without_gateway(spelled, now.set);
        if (undoes(where, key) || without == text::join(split_list(spelled), ", ")) return;
        plan.set(where, std::move(key), without.empty() && where == place::parameter ? std::nullopt : std::optional(without));
    };
    for (const auto name : list_names)
        if (const auto spelled = now.spelled(name)) take_out(place::parameter, std::string(name), *spelled);
    for (const auto& one : now.services)
        for (const auto name : list_names)
            if (const auto own = one.own.find(name); own != one.own.end())
                take_out(place::own, one.key() + "/" + std::string(name), own->second);
    for (auto i = edits_made.rbegin(); i != edits_made.rend(); ++i) {
        if (is_made(now, *i))
            plan.set(i->where, i->key, i->before);
        else if (found_at(now, i->where, i->key) != i->before && std::ranges::find(list_names, i->key) == list_names.end())
            plan.remark(i->key + " was changed since, and is left as it is");
    }
    for (const auto& one : now.services)
        if (is_own_submit_service(one) && !undoes(place::service, one.key())) plan.set(place::service, one.key(), std::nullopt);
    for (const auto name : {gateway_parameter, signers_parameter})
        if (now.set.contains(name) && !undoes(place::parameter, name))
            plan.set(place::parameter, std::string(name), std::nullopt);
    return plan.take();
}

} // namespace sealgate::milter
