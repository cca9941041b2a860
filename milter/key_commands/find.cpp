#include "milter/key_commands/find.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/files.hpp"
#include "keys/store/evidence.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/discovery/finding.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <set>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds patience{20};

void print_as_json(const policy::address& whose, const finding& found) {
    json::array fingerprints;
    for (const auto& [cert, what] : found.certificates) fingerprints.push_back(json::string(cert.fingerprint));
    print_json_line(json::object{{"address", text::printable(whose.spelled)},
                                 {"outcome", policy::name_of(found.what)},
                                 {"source", policy::name_of(found.source)},
                                 {"fingerprints", std::move(fingerprints)},
                                 {"evidence", found.evidence},
                                 {"problem", found.problem}});
}

void print(const policy::address& whose, const finding& found) {
    const auto who = text::printable(whose.spelled);
    for (const auto& [cert, what] : found.certificates)
        std::cout << "found  " << cert.fingerprint << "  " << name_of(keys::state_at(cert, keys::this_second())) << "  " << who
                  << "  " << found.evidence << '\n';
    const auto why = found.problem.empty() ? std::string{} : " (" + found.problem + ")";
    switch (found.what) {
    case lookup_outcome::found: break;
    case lookup_outcome::none: complain(who + ": no certificate is published" + why); break;
    case lookup_outcome::failed: complain(who + ": whether one is published could not be found out" + why); break;
    }
}

bool has_usable(const finding& found) {
    return std::ranges::any_of(found.certificates, [](const auto& one) {
        return keys::state_at(one.cert, keys::this_second()) == policy::key_state::usable;
    });
}

// Who asks by hand asks the domain, whatever sealgate.yaml says of mail.
std::vector<policy::key_source> sources_to_ask(const discover_settings& discover) {
    auto out = sources_on(discover);
    if (out.empty()) out.push_back(policy::key_source::wkd);
    return out;
}

class asker {
public:
    asker(const key_desk& desk, bool as_json_lines)
        : desk_(desk)
        , as_json_lines_(as_json_lines)
        , by_{.discover = desk.gateway.discover,
              .places = key_places(desk.gateway),
              .how = desk.how,
              .certificates = {},
              .told = desk.events.of_found()}
        , client_(https_settings_of(by_.discover))
        , book_(keys::evidence_file(by_.places)) {
        keys::make_private_directory(by_.places.found);
        keys::make_private_directory(by_.places.trust);
    }

    // Whether there is a certificate that can be used.
    bool ask(policy::key_source source, const policy::address& whose) {
        by_.certificates = desk_.open(keys::reading::at_once).certificates;
        const auto until = std::chrono::steady_clock::now() + patience;
        const auto found = find_certificates(client_, source, whose, by_, until);
        as_json_lines_ ? print_as_json(whose, found) : print(whose, found);
        return has_usable(found);
    }

    // One source after the other, until there is one.
    bool find(const policy::address& whose) {
        return std::ranges::any_of(sources_to_ask(by_.discover), [&](policy::key_source one) { return ask(one, whose); });
    }

    // What was found before; of these addresses alone, if any are named.
    bool refresh(const std::vector<std::string>& only) {
        bool out = true;
        std::set<std::string> asked;
        for (const auto source : sources_to_ask(by_.discover))
            for (const auto& one : book_.from(source)) {
                const bool is_meant = only.empty() || std::ranges::find(only, one.address) != only.end();
                if (!is_meant || !asked.insert(std::string(name_of(source)) + " " + one.address).second) continue;
                out = ask(source, policy::parse_address(one.address)) && out;
            }
        return out;
    }

private:
    const key_desk& desk_;
    bool as_json_lines_;
    search by_;
    https_client client_;
    keys::evidence_book book_;
};

int answered(const std::function<bool()>& ask) {
    try {
        return ask() ? exit_yes : exit_no;
    } catch (const std::runtime_error& problem) {
        complain(text_of(problem));
        return exit_unusable;
    }
}

} // namespace

int find_published(const key_desk& desk, const invocation& called) {
    return answered([&] {
        asker by(desk, called.json());
        bool out = true;
        for (const auto& word : called.words) out = by.find(policy::parse_address(word)) && out;
        return out;
    });
}

int refresh_found(const key_desk& desk, const invocation& called) {
    return answered([&] {
        std::vector<std::string> only;
        for (const auto& word : called.words) only.push_back(policy::parse_address(word).key());
        return asker(desk, called.json()).refresh(only);
    });
}

} // namespace sealgate::milter
