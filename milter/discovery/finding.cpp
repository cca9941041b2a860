#include "milter/discovery/finding.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/sqlite.hpp"
#include "keys/certificates/one_address.hpp"
#include "keys/store/evidence.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/discovery/hkp_source.hpp"
#include "milter/discovery/vks_source.hpp"
#include "milter/discovery/wkd_source.hpp"
#include "milter/journal/log.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

using policy::key_news_kind;
using policy::key_source;
using policy::key_standing;
using std::chrono::steady_clock;

source_answer left_alone(const std::string& host) {
    return {.kind = lookup_outcome::failed,
            .certificates = {},
            .evidence = {},
            .problem = host + " is not asked for now: it said that it is asked too often"};
}

// One server after the other, until one has it. A failure says more than that another one has none.
source_answer ask_all(const std::vector<std::string>& hosts, resting_servers& resting,
                      const std::function<source_answer(const std::string&)>& ask_one) {
    source_answer out{.kind = lookup_outcome::none, .certificates = {}, .evidence = {}, .problem = {}};
    for (const auto& host : hosts) {
        auto said = resting.rests(host, steady_clock::now()) ? left_alone(host) : ask_one(host);
        if (said.retry_after) resting.rest(host, steady_clock::now() + *said.retry_after);
        if (said.kind == lookup_outcome::found) return said;
        if (out.kind == lookup_outcome::none) out = std::move(said);
    }
    return out;
}

source_answer ask(https_client& client, key_source from, const policy::address& whose, const search& by,
                  steady_clock::time_point deadline) {
    const auto& servers = servers_of(from, by.discover);
    switch (from) {
    case key_source::wkd: return ask_wkd(client, whose, deadline);
    case key_source::vks:
        return ask_all(servers, *by.resting, [&](const auto& host) { return ask_vks(client, host, whose, deadline); });
    case key_source::hkp:
        return ask_all(servers, *by.resting, [&](const auto& host) { return ask_hkp(client, host, whose, deadline); });
    case key_source::own:
    case key_source::autocrypt:
    case key_source::attached: break;
    }
    std::unreachable();
}

// Before anything of it is in a store.
finding finding_of(const source_answer& said, key_source from) {
    return {.what = said.kind,
            .source = from,
            .certificates = {},
            .evidence = said.evidence,
            .problem = said.problem,
            .retry_after = said.retry_after};
}

// People are told without it, too.
void note_in_book(const keys::keyring_places& places, std::string_view what, const auto& some) {
    try {
        keys::evidence_book(keys::evidence_file(places)).note(some);
    } catch (const std::runtime_error& problem) { // sqlite_error, system_error
        log_warning(std::string(what) + " cannot be noted: " + text_of(problem));
    }
}

void note_evidence(const finding& of, const policy::address& whose, const search& by) {
    const auto now = keys::this_second();
    std::vector<keys::evidence> seen;
    for (const auto& [cert, change] : of.certificates)
        seen.push_back({.source = of.source,
                        .fingerprint = cert.fingerprint,
                        .address = whose.key(),
                        .place = text::printable(of.evidence, 500),
                        .first = now,
                        .last = now,
                        .asked = now});
    note_in_book(by.places, "where keys were found", seen);
}

// What was known of somebody before anybody looked: an index that is open sees what is put into its store.
struct known_before {
    std::string used; // the fingerprint that mail was sealed to; empty: none
    std::vector<std::string> all, revoked;
};

known_before known_now(const keys::keyring& certificates, const policy::address& whose) {
    const auto now = keys::this_second();
    known_before out;
    if (const auto found = certificates.find(whose.key(), now); found.stored) out.used = found.stored->cert.fingerprint;
    for (const auto& one : certificates.all_of(whose.key(), now)) {
        out.all.push_back(one->cert.fingerprint);
        if (one->cert.revoked) out.revoked.push_back(one->cert.fingerprint);
    }
    return out;
}

class reporter {
public:
    reporter(const finding& what, const policy::address& whose, const known_before& before, const keys::keyring& certificates,
             const policy::pseudonyms& names)
        : what_(what)
        , whose_(whose)
        , before_(before)
        , certificates_(certificates)
        , names_(names) {}

    finding_report report() {
        for (const auto& one : what_.certificates)
            if (is_news(one)) tell(one.cert, one.what);
        return std::move(out_);
    }

private:
    void tell(const keys::certificate& cert, keys::change change) {
        const auto is_this = [&](const std::string& fingerprint) { return fingerprint == cert.fingerprint; };
        const bool is_withdrawn =
            cert.revoked && std::ranges::any_of(before_.all, is_this) && std::ranges::none_of(before_.revoked, is_this);
        const auto [standing, is_chosen] =
            certificates_.outlook_with(whose_.key(), {.cert = cert, .binary = nullptr, .source = what_.source}, now_);
        const bool replaces = is_chosen && !before_.used.empty() && before_.used != cert.fingerprint;
        out_.events.push_back({.time = std::chrono::system_clock::now(),
                               .what = is_withdrawn ? policy::key_change::revoked : policy::key_change::found,
                               .id = new_decision_id(),
                               .fingerprint = names_.of_text(cert.fingerprint),
                               .addresses = {names_.of(whose_)},
                               .user = {},
                               .source = what_.source,
                               .evidence = names_.of_text(what_.evidence),
                               .replaces = replaces ? names_.of_text(before_.used) : std::string{},
                               .standing = standing});
        const bool is_usable = state_at(cert, now_) == policy::key_state::usable;
        if (is_withdrawn)
            add_news(cert, key_news_kind::revoked);
        else if (standing == key_standing::proposed && change == keys::change::added && is_usable)
            add_news(cert, key_news_kind::proposed);
    }

    void add_news(const keys::certificate& cert, key_news_kind what) {
        out_.news.push_back({.time = now_,
                             .what = what,
                             .address = whose_.key(),
                             .fingerprint = cert.fingerprint,
                             .replaces = {},
                             .source = what_.source});
    }

    const finding& what_;
    const policy::address& whose_;
    const known_before& before_;
    const keys::keyring& certificates_;
    const policy::pseudonyms& names_;
    keys::time_point now_ = keys::this_second();
    finding_report out_;
};

// What the owner signed anew, into the store of that source, where it has the certificate. Of one that gpg cannot read here
// nobody can tell who signed it.
void merge_into(key_source store, finding& of, const std::string& fingerprint, const std::vector<std::string>& fetched,
                const search& by) {
    const auto shelf = by.certificates->of(store);
    const auto known = shelf ? shelf->of_fingerprint(fingerprint).all : std::vector<keys::shared_certificate>{};
    if (known.empty() || known.front()->cert.addressing_only) return;
    const auto& binary = *known.front()->binary;
    std::string content = binary;
    for (const auto& one : fetched) content += keys::update_of(binary, one, known.front()->cert.addresses);
    if (content.size() == binary.size()) return;
    const auto report = keys::store_of(by.places, store, {}, by.how.minimum).import(content);
    if (!report || std::ranges::none_of(report->certificates, &keys::is_news)) return;
    of.changed.push_back(store);
    for (const auto& merged : report->certificates) {
        const auto is_same = [&](const auto& one) { return one.cert.fingerprint == merged.cert.fingerprint; };
        const auto at = std::ranges::find_if(of.certificates, is_same);
        if (at == of.certificates.end())
            of.certificates.push_back(merged);
        else if (!is_news(*at) || store == key_source::own)
            *at = merged;
    }
}

} // namespace

search search_by(const snapshot& live) {
    return {.discover = live.gateway.discover,
            .places = key_places(live.gateway),
            .how = live.rules.encryption,
            .certificates = live.certificates};
}

https_settings https_settings_of(const discover_settings& from, std::stop_token given_up) {
    return {.ca_file = from.ca, .proxy = from.proxy, .allow = from.allow, .given_up = std::move(given_up)};
}

const std::vector<std::string>& servers_of(key_source source, const discover_settings& discover) {
    static const std::vector<std::string> none;
    switch (source) {
    case key_source::vks: return discover.vks;
    case key_source::hkp: return discover.hkp;
    case key_source::own:
    case key_source::wkd:
    case key_source::autocrypt:
    case key_source::attached: return none;
    }
    std::unreachable();
}

std::vector<key_source> sources_on(const discover_settings& discover) {
    std::vector<key_source> out;
    if (discover.wkd) out.push_back(key_source::wkd);
    if (!discover.vks.empty()) out.push_back(key_source::vks);
    if (!discover.hkp.empty()) out.push_back(key_source::hkp);
    return out;
}

finding find_certificates(https_client& client, key_source from, const policy::address& whose, const search& by,
                          steady_clock::time_point deadline) {
    const auto said = ask(client, from, whose, by, deadline);
    auto out = finding_of(said, from);
    return out.what == lookup_outcome::found ? take_in(std::move(out), said.certificates, whose, by) : out;
}

finding refreshed_by_fingerprint(https_client& client, key_source from, const std::string& fingerprint, const search& by,
                                 steady_clock::time_point deadline) {
    const auto ask_by_fingerprint = from == key_source::hkp ? ask_hkp_by_fingerprint : ask_vks_by_fingerprint;
    const auto said = ask_all(servers_of(from, by.discover), *by.resting,
                              [&](const auto& host) { return ask_by_fingerprint(client, host, fingerprint, deadline); });
    auto out = finding_of(said, from);
    if (out.what != lookup_outcome::found) return out;
    for (const auto& [source, name] : names(key_source{})) merge_into(source, out, fingerprint, said.certificates, by);
    if (out.changed.empty()) out.what = lookup_outcome::none;
    return out;
}

finding take_in(finding of, const std::vector<std::string>& certificates, const policy::address& whose, const search& by) {
    auto report = keys::store_of(by.places, of.source, {}, by.how.minimum).import(text::join(certificates, ""));
    if (report) of.certificates = std::move(report->certificates);
    if (std::ranges::any_of(of.certificates, &keys::is_news)) of.changed.push_back(of.source);
    const auto now = keys::this_second();
    const auto is_theirs = [&](const keys::imported_certificate& one) { return is_found_by(one.cert, whose.key(), now); };
    of.what = std::ranges::any_of(of.certificates, is_theirs) ? lookup_outcome::found : lookup_outcome::none;
    if (of.what == lookup_outcome::none)
        of.problem = of.evidence + ": " +
                     (!report                    ? report.error()
                      : !of.certificates.empty() ? std::string("the user id of this address was revoked, or has ended")
                      : report->problems.empty() ? std::string("no certificate in it can be used")
                                                 : report->problems.front());
    if (!of.certificates.empty()) note_evidence(of, whose, by);
    std::vector<std::string> fingerprints;
    for (const auto& one : of.certificates) fingerprints.push_back(one.cert.fingerprint);
    for (const auto& fingerprint : fingerprints)
        for (const auto& [source, name] : names(key_source{}))
            if (source != of.source) merge_into(source, of, fingerprint, certificates, by);
    return of;
}

told_finding look(const policy::address& whose, const search& by, const policy::pseudonyms& names,
                  const std::function<finding()>& ask) {
    const auto before = known_now(*by.certificates, whose);
    told_finding out{.what = ask(), .report = {}};
    out.report = reporter(out.what, whose, before, *by.certificates, names).report();
    note_news(out.report.news, by.places);
    return out;
}

void note_news(const std::vector<policy::key_news>& news, const keys::keyring_places& places) {
    note_in_book(places, "what administrators are to be told of keys", news);
}

} // namespace sealgate::milter
