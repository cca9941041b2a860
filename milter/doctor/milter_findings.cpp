#include "milter/doctor/milter_findings.hpp"

#include "milter/postfix/plan.hpp"
#include "policy/base/text.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

using place = postfix_edit::place;
using enum finding_kind;

// One list of milters, where it holds: an smtpd, or cleanup for what sendmail(1) hands in.
class list_examiner {
public:
    list_examiner(const examined& of, const postfix_service& service, std::string_view name, findings& to)
        : of_(of)
        , service_(service)
        , name_(name)
        , in_force_(of.postfix.value(service, name))
        , to_(to) {}

    void examine(finding_kind if_missing, const std::string& what_if_missing) {
        if (!of_.roles.has_gateway(in_force_)) return missing(if_missing, what_if_missing);
        if (!of_.roles.is_before_signers(in_force_))
            add(signer_before_gateway,
                "a DKIM signer stands before the gateway: what is encrypted behind it has a broken signature", put_in());
        find_action();
        find_later();
    }

private:
    void add(finding_kind kind, std::string what, std::string mend) {
        doctor_finding one{
            .kind = kind, .what = std::move(what), .where = examined::place_of(service_, name_), .mend = std::move(mend)};
        if (std::ranges::find(to_, one) == to_.end()) to_.push_back(std::move(one)); // main.cf speaks for many services
    }

    void missing(finding_kind kind, const std::string& what) {
        const auto own = service_.own.find(name_);
        const bool is_shut = own != service_.own.end() && own->second.empty();
        if (is_shut && of_.roles.has_gateway(of_.postfix.value(name_))) return add(kind, what, of_.take_out(service_, name_));
        add(kind, what, of_.postfix.set.contains(gateway_parameter) ? put_in() : of_.setup_command);
    }

    std::string put_in() const {
        const auto own = service_.own.find(name_);
        if (own != service_.own.end())
            return of_.set(place::own, service_.key() + "/" + std::string(name_),
                           of_.roles.with_gateway(own->second, of_.postfix.set));
        const auto spelled = of_.postfix.spelled(name_).value_or("");
        return of_.set(place::parameter, std::string(name_), of_.roles.with_gateway(spelled, of_.postfix.set));
    }

    void find_action() {
        const auto all = parse_milters(in_force_);
        const auto ours = std::ranges::find_if(all, [&](const auto& one) { return of_.roles.is_gateway(one); });
        const auto& action =
            ours->default_action ? *ours->default_action : of_.postfix.value(service_, "milter_default_action");
        if (action == "tempfail" || action.empty()) return;
        const auto what = "when the gateway does not answer, Postfix says " + action +
                          (action == "accept" ? ": mail leaves in clear" : ", and not that mail has to wait");
        if (ours->default_action) return add(not_tempfail, what, change_action(*ours));
        to_.push_back({.kind = not_tempfail,
                       .what = what,
                       .where = examined::place_of(service_, "milter_default_action"),
                       .mend = service_.own.contains("milter_default_action")
                                   ? of_.take_out(service_, "milter_default_action")
                                   : of_.set(place::parameter, "milter_default_action", "tempfail")});
        if (std::ranges::count(to_, to_.back()) > 1) to_.pop_back();
    }

    // In the value in which it is spelled, by whatever name.
    std::string change_action(const listed_milter& ours) const {
        const auto says_it = [&](const auto& named) {
            const auto all = parse_milters(named.second);
            return std::ranges::find(all, ours) != all.end();
        };
        const auto mended = [&](std::string value) {
            const auto word = "default_action=" + *ours.default_action;
            const auto entry = value.find(ours.endpoint);
            const auto at = value.find(word, entry == std::string::npos ? 0 : entry);
            return at == std::string::npos ? value : value.replace(at, word.size(), "default_action=tempfail");
        };
        if (const auto own = std::ranges::find_if(service_.own, says_it); own != service_.own.end())
            return of_.set(place::own, service_.key() + "/" + own->first, mended(own->second));
        const auto named = std::ranges::find_if(of_.postfix.set, says_it);
        return named == of_.postfix.set.end() ? of_.setup_command
                                              : of_.set(place::parameter, named->first, mended(named->second));
    }

    void find_later() {
        const auto all = parse_milters(in_force_);
        const auto ours = std::ranges::find_if(all, [&](const auto& one) { return of_.roles.is_gateway(one); });
        for (auto one = ours + 1; one < all.end(); ++one)
            if (!milter_roles::is_signer(one->endpoint) && !text::icontains(one->endpoint, "dmarc"))
                add(later_milter,
                    "behind the gateway stands " + text::printable(one->endpoint, 120) +
                        ": what it adds (a recipient), or refuses, the gateway does not see",
                    "");
    }

    const examined& of_;
    const postfix_service& service_;
    std::string_view name_;
    const std::string& in_force_;
    findings& to_;
};

// "no_milters" among them; without it.
std::optional<std::string> without_no_milters(std::string_view options) {
    auto all = split_list(options);
    if (std::erase(all, "no_milters") == 0) return std::nullopt;
    return text::join(all, ",");
}

void find_switched_off(const examined& of, const postfix_service& service, finding_kind kind, findings& to) {
    constexpr std::string_view name = "receive_override_options";
    const auto left = without_no_milters(of.postfix.value(service, name));
    if (!left) return;
    const bool is_own = service.own.contains(name);
    const auto key = (is_own ? service.key() + "/" : "") + std::string(name);
    to.push_back(
        {.kind = kind,
         .what = "no_milters switches the gateway off for what comes in at " + service.key(),
         .where = examined::place_of(service, name),
         .mend = left->empty() ? of.take_out(service, name) : of.set(is_own ? place::own : place::parameter, key, *left)});
}

void examine_door(const examined& of, const postfix_service& door, findings& to) {
    list_examiner(of, door, "smtpd_milters", to)
        .examine(port_without_gateway, "mail that comes in at " + door.key() + " goes round the gateway");
    find_switched_off(of, door, port_without_gateway, to);
    const auto set_where_it_should_not = [&](std::string_view name, finding_kind kind, std::string what) {
        const auto& value = of.postfix.value(door, name);
        if (value.empty()) return;
        doctor_finding one{.kind = kind,
                           .what = what + " (" + text::printable(value, 120) + ")",
                           .where = examined::place_of(door, name),
                           .mend = of.take_out(door, name)};
        if (std::ranges::find(to, one) == to.end()) to.push_back(std::move(one));
    };
    set_where_it_should_not("smtpd_milter_maps", milter_maps, "for some clients other milters count, or none");
    set_where_it_should_not("smtpd_proxy_filter", proxy_filter,
                            "behind a proxy filter the gateway sees the envelope and no content");
}

void find_missing_macros(const examined& of, findings& to) {
    const auto needs = [&](const char* name, std::string_view macro, const char* why) {
        const auto all = split_list(of.postfix.value(name));
        if (of.postfix.spelled(name) && std::ranges::find(all, macro) == all.end())
            to.push_back({.kind = macros_missing,
                          .what = "the macro " + std::string(macro) + " is missing: " + why,
                          .where = std::string(name) + " in main.cf",
                          .mend = of.set(place::parameter, name, std::nullopt)});
    };
    needs("milter_mail_macros", "{auth_authen}", "the gateway does not know who has logged in");
    needs("milter_end_of_data_macros", "i", "the log cannot name the queue id");
}

} // namespace

findings milter_findings(const examined& of) {
    findings out;
    for (const auto& one : of.postfix.services)
        if (one.is_smtpd() && !of.is_behind_gateway(one)) examine_door(of, one, out);
    for (const auto& one : of.postfix.services) {
        if (one.program == "cleanup")
            list_examiner(of, one, "non_smtpd_milters", out)
                .examine(local_mail_without_gateway,
                         "what sendmail(1) hands in (cron, web applications) goes round the gateway");
        if (one.program == "pickup") find_switched_off(of, one, local_mail_without_gateway, out);
    }
    find_missing_macros(of, out);
    return out;
}

} // namespace sealgate::milter
