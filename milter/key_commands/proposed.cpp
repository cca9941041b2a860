#include "milter/key_commands/proposed.hpp"

#include "keys/base/clock.hpp"
#include "keys/store/evidence.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/key_table.hpp"
#include "milter/key_commands/wanted.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <set>
#include <utility>

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
    std::uint64_t wanted = 0;         // mails of late that had no key for the address
    policy::wanted_keys::writers by = {};
};

// All of it at once: there may be thousands.
std::map<std::string, std::vector<keys::evidence>> seen_in(const keys::evidence_book& book) {
    std::map<std::string, std::vector<keys::evidence>> out;
    for (const auto& [source, name] : names(key_source{}))
        for (auto& one : book.from(source)) out[one.fingerprint].push_back(std::move(one));
    for (auto& [fingerprint, seen] : out) std::ranges::stable_sort(seen, {}, &keys::evidence::first);
    return out;
}

class proposals {
public:
    explicit proposals(const key_desk& desk)
        : desk_(desk)
        , certificates_(desk.open(keys::reading::at_once).certificates)
        , seen_(seen_in(keys::evidence_book(keys::evidence_file(key_places(desk.gateway))))) {}

    std::vector<proposal> all() {
        for (const auto& [source, name] : names(key_source{})) {
            if (source == key_source::own) continue;
            const auto of_it = certificates_->of(source);
            if (!of_it) continue;
            of_it->each([&](const keys::stored_certificate& one) {
                addresses_.insert(one.cert.addresses.begin(), one.cert.addresses.end());
            });
        }
        std::vector<proposal> out;
        for (const auto& address : addresses_) add(out, address);
        if (!out.empty()) say_who_waits(out);
        return out;
    }

private:
    void add(std::vector<proposal>& to, const std::string& address) {
        const auto now = keys::this_second();
        const auto used = certificates_->find(address, now);
        for (const auto& one : certificates_->judged(address, now)) {
            if (one.standing != key_standing::proposed || one.state != policy::key_state::usable) continue;
            to.push_back({.address = address,
                          .fingerprint = one.stored->cert.fingerprint,
                          .source = one.stored->source,
                          .seen = seen_[one.stored->cert.fingerprint],
                          .used = used.state == policy::key_state::usable ? used.stored->cert.fingerprint : std::string{}});
        }
    }

    // Who would use them. Without the log nobody can say, and the rest is told.
    void say_who_waits(std::vector<proposal>& all) const {
        try {
            const auto wanted = wanted_lately(desk_);
            for (auto& one : all) {
                const auto address = text::lower(desk_.events.names().of(policy::parse_address(one.address)));
                const auto at = wanted.people().values().find(address);
                if (at == wanted.people().values().end()) continue;
                one.wanted = at->second.mails;
                one.by = wanted.writers_to(address);
            }
        } catch (const std::exception& problem) {
            complain("who would use them cannot be told: " + text_of(problem));
        }
    }

    const key_desk& desk_;
    std::shared_ptr<const keys::keyring> certificates_;
    std::map<std::string, std::vector<keys::evidence>> seen_; // by fingerprint
    std::set<std::string> addresses_;
};

json::object as_json_line(const proposal& one) {
    return {{"address", one.address},
            {"fingerprint", one.fingerprint},
            {"source", name_of(one.source)},
            {"evidence", evidence_as_json(one.seen)},
            {"used", one.used.empty() ? json::value(nullptr) : json::value(one.used)},
            {"wanted", json::object{{"messages", one.wanted},
                                    {"senders", json::array(one.by.first.begin(), one.by.first.end())},
                                    {"more_senders", one.by.more}}}};
}

// What speaks for it, a line each, below it.
void print(const proposal& one) {
    std::cout << one.address << "  " << one.fingerprint << '\n';
    for (const auto& at : one.seen)
        std::cout << "    " << in_words(at) << (at.address == one.address ? "" : ", for " + at.address) << '\n';
    if (one.seen.empty()) std::cout << "    " << name_of(one.source) << '\n';
    if (one.wanted > 0)
        std::cout << "    wanted: " << one.wanted << (one.wanted == 1 ? " mail" : " mails") << " of late had no key, by "
                  << text::printable(one.by.in_words()) << '\n';
    if (!one.used.empty()) std::cout << "    mail is encrypted to " << one.used << " now\n";
}

} // namespace

int list_proposed(const key_desk& desk, const invocation& called) {
    for (const auto& one : proposals(desk).all())
        if (called.json())
            print_json_line(as_json_line(one));
        else
            print(one);
    return exit_yes;
}

} // namespace sealgate::milter
