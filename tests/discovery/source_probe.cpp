// What a source of certificates answers, one line of JSON each. Arguments: any of --ca FILE, --proxy URL, --allow NETWORK,
// --wait SECONDS; --vks HOST or --hkp HOST, or else the Web Key Directory is asked; and then addresses, or fingerprints as
// 0xFINGERPRINT. All are asked by one client, one after the other.
#include "milter/discovery/hkp_source.hpp"
#include "milter/discovery/vks_source.hpp"
#include "milter/discovery/wkd_source.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sealgate;
using std::chrono::steady_clock;

struct invocation {
    milter::https_settings settings;
    std::chrono::seconds wait{5};
    std::string vks, hkp; // hosts
    std::vector<std::string> whom;
};

invocation read_arguments(const std::vector<std::string>& words) {
    invocation out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        if (word == "--ca")
            out.settings.ca_file = words.at(++i);
        else if (word == "--proxy")
            out.settings.proxy = words.at(++i);
        else if (word == "--allow")
            out.settings.allow.push_back(milter::parse_network(words.at(++i)).value());
        else if (word == "--wait")
            out.wait = std::chrono::seconds(std::stoi(words.at(++i)));
        else if (word == "--vks")
            out.vks = words.at(++i);
        else if (word == "--hkp")
            out.hkp = words.at(++i);
        else
            out.whom.push_back(word);
    }
    return out;
}

boost::json::object as_json(const milter::source_answer& answer, steady_clock::duration took) {
    boost::json::object out{{"kind", policy::name_of(answer.kind)}, {"evidence", answer.evidence}, {"problem", answer.problem}};
    boost::json::array certificates;
    for (const auto& one : answer.certificates) certificates.emplace_back(text::encode_base64(one));
    out["certificates"] = std::move(certificates);
    if (answer.trouble) out["trouble"] = policy::name_of(*answer.trouble);
    if (answer.retry_after) out["retry_after"] = answer.retry_after->count();
    out["seconds"] = std::chrono::duration<double>(took).count();
    return out;
}

milter::source_answer ask(milter::https_client& client, const invocation& called, std::string_view whom) {
    const auto deadline = steady_clock::now() + called.wait;
    if (whom.starts_with("0x")) {
        whom.remove_prefix(2);
        return called.vks.empty() ? milter::ask_hkp_by_fingerprint(client, called.hkp, whom, deadline)
                                  : milter::ask_vks_by_fingerprint(client, called.vks, whom, deadline);
    }
    const auto address = policy::parse_address(whom);
    if (!called.vks.empty()) return milter::ask_vks(client, called.vks, address, deadline);
    if (!called.hkp.empty()) return milter::ask_hkp(client, called.hkp, address, deadline);
    return milter::ask_wkd(client, address, deadline);
}

} // namespace

int main(int count, char** words) {
    try {
        const auto called = read_arguments({words + 1, words + count});
        milter::https_client client(called.settings);
        for (const auto& whom : called.whom) {
            const auto begun = steady_clock::now();
            const auto answer = ask(client, called, whom);
            std::cout << boost::json::serialize(as_json(answer, steady_clock::now() - begun)) << '\n' << std::flush;
        }
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << problem.what() << '\n';
        return 1;
    }
}
