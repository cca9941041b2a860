#include "milter/key_commands/proposed.hpp"

#include "keys/base/clock.hpp"
#include "keys/store/evidence.hpp"
#include "milter/cli/key_table.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

using policy::key_source;
using policy::key_standing;

struct proposal {
    std::string address, fingerprint;
    key_source source = key_source::wkd;
    std::vector<keys::evidence> seen; // there and elsewhere, the first time first
    std::string used;                 // the fingerprint that mail to the address is sealed to now; empty: none
};

class proposals {
public:
    proposals(const key_desk& desk)
        : certificates_(desk.open(keys::reading::at_once).certificates)
        , how_(desk.how)
        , book_(keys::evidence_file(key_places(desk.gateway))) {}

    std::vector<proposal> all() {
        for (const auto& [source, name] : names(key_source{})) {
            if (source == key_source::own) continue;
            const auto of_it = certificates_->of(source);
            if (!of_it) continue;
            if (std::ranges::find(how_.keys, source) == how_.keys.end())
                of_it->each([&](const keys::stored_certificate& one) {
                    addresses_.insert(one.cert.addresses.begin(), one.cert.addresses.end());
                });
            else
                add_rivals(source);
        }
        std::vector<proposal> out;
        for (const auto& address : addresses_) add(out, address);
        return out;
    }

private:
    // Where a source may be used, only another certificate of the same address waits.
    void add_rivals(key_source source) {
        std::map<std::string, std::string> first;
        constexpr std::size_t most = 1'000'000;
        for (const auto& one : book_.from(source, most)) {
            const auto [at, is_new] = first.emplace(one.address, one.fingerprint);
            const auto pinned = certificates_->pinned() ? certificates_->pinned()->of(one.address) : std::string{};
            const bool is_rival = at->second != one.fingerprint || (!pinned.empty() && pinned != one.fingerprint);
            if (is_rival) addresses_.insert(one.address);
        }
    }

    void add(std::vector<proposal>& to, const std::string& address) {
        const auto now = keys::this_second();
        const auto used = certificates_->find(address, now);
        for (const auto& one : certificates_->judged(address, now)) {
            if (one.standing != key_standing::proposed || one.state != policy::key_state::usable) continue;
            to.push_back({.address = address,
                          .fingerprint = one.stored->cert.fingerprint,
                          .source = one.stored->source,
                          .seen = book_.of(one.stored->cert.fingerprint),
                          .used = used.state == policy::key_state::usable ? used.stored->cert.fingerprint : std::string{}});
        }
    }

    std::shared_ptr<const keys::keyring> certificates_;
    policy::encryption how_;
    keys::evidence_book book_;
    std::set<std::string> addresses_;
};

json::object as_json_line(const proposal& one) {
    return {{"address", one.address},
            {"fingerprint", one.fingerprint},
            {"source", name_of(one.source)},
            {"evidence", evidence_as_json(one.seen)},
            {"used", one.used.empty() ? json::value(nullptr) : json::value(one.used)}};
}

// What speaks for it, a line each, below it.
void print(const proposal& one) {
    std::cout << one.address << "  " << one.fingerprint << '\n';
    for (const auto& at : one.seen)
        std::cout << "    " << in_words(at) << (at.address == one.address ? "" : ", for " + at.address) << '\n';
    if (one.seen.empty()) std::cout << "    " << name_of(one.source) << '\n';
    if (!one.used.empty()) std::cout << "    mail is encrypted to " << one.used << " now\n";
}

} // namespace

int list_proposed(const key_desk& desk, const invocation& called) {
    for (const auto& one : proposals(desk).all())
        if (called.json())
            std::cout << text::printable_json(json::serialize(as_json_line(one))) << '\n';
        else
            print(one);
    return exit_yes;
}

} // namespace sealgate::milter
