#include "milter/key_commands/publish.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/file_batch.hpp"
#include "keys/base/files.hpp"
#include "keys/discovery/published_tree.hpp"
#include "keys/discovery/wkd.hpp"
#include "milter/base/named_files.hpp"
#include "milter/cli/json_line.hpp"
#include "policy/base/text.hpp"
#include "policy/load/policy.hpp"

#include <boost/json.hpp>

#include <fcntl.h>
#include <iostream>
#include <map>
#include <ranges>
#include <sys/file.h>
#include <sys/stat.h>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr unsigned for_all_to_read = 0644, for_all_to_enter = 0755;

// Whatever the umask of whoever runs this, a web server of another user has to read the files.
class usual_umask {
public:
    usual_umask()
        : before_(::umask(022)) {}
    ~usual_umask() { ::umask(before_); }
    usual_umask(const usual_umask&) = delete;
    usual_umask& operator=(const usual_umask&) = delete;

private:
    mode_t before_;
};

std::vector<std::string> fingerprints_in(const keys::published_file& file) {
    std::vector<std::string> out;
    for (const auto& one : file.certificates) out.push_back(one.fingerprint);
    return out;
}

// `path` below the directory; without a file, of one that is nobody's.
void tell(bool as_json, std::string_view change, const std::string& path, const keys::published_file* file = nullptr) {
    const auto fingerprints = file ? fingerprints_in(*file) : std::vector<std::string>{};
    if (as_json) {
        json::object line{{"change", change}, {"file", path}};
        line["address"] = file ? json::value(file->address) : json::value(nullptr);
        line["fingerprints"] = json::array(fingerprints.begin(), fingerprints.end());
        print_json_line(line);
        return;
    }
    std::cout << change << "  " << text::printable(path);
    if (file) std::cout << "  " << text::printable(file->address) << "  " << text::join(fingerprints, ", ");
    std::cout << '\n';
}

void tell(bool as_json, const keys::unpublished_certificate& one) {
    if (as_json) {
        const json::object line{{"change", "left-out"},
                                {"fingerprint", one.fingerprint},
                                {"state", name_of(one.state)},
                                {"addresses", json::array(one.addresses.begin(), one.addresses.end())}};
        print_json_line(line);
        return;
    }
    std::cout << "left out  " << one.fingerprint << "  " << name_of(one.state) << "  "
              << text::printable(text::join(one.addresses, ", ")) << '\n';
}

// A revocation that stands in another store alone is not in the octets, and without it they would say that all is well.
void take_out_what_was_revoked_elsewhere(keys::published_tree& from, const keys::keyring& all) {
    const auto is_revoked_elsewhere = [&](const keys::published_certificate& one) {
        const auto judged = all.of_fingerprint(one.fingerprint).all;
        return !one.revoked && !judged.empty() && judged.front()->cert.revoked;
    };
    for (auto& [path, file] : from.files)
        for (const auto& one : file.certificates)
            if (is_revoked_elsewhere(one))
                from.left_out.emplace_back(one.fingerprint, policy::key_state::revoked, std::vector{file.address});
    for (auto& [path, file] : from.files) std::erase_if(file.certificates, is_revoked_elsewhere);
    std::erase_if(from.files, [](const auto& one) { return one.second.certificates.empty(); });
}

class published_directory {
public:
    published_directory(fs::path directory, bool as_json)
        : directory_(std::move(directory))
        , as_json_(as_json)
        , lock_(directory_, O_RDONLY | O_DIRECTORY) {
        ::flock(lock_.descriptor(), LOCK_EX); // where there are no locks, two at a time are the administrator's care
    }

    void bring_up_to_date(const keys::published_tree& wanted) {
        std::map<std::string, std::vector<std::string>> paths; // by domain
        for (const auto& [path, file] : wanted.files) paths[file.domain].push_back(path);
        for (const auto& [domain, some] : paths) write(domain, some, wanted);
    }

    // `is_ours`: whether a folder's name is a domain of the organisation. All else may be somebody else's.
    void take_away_all_but(const keys::published_tree& wanted, const std::function<bool(const std::string&)>& is_ours) {
        for (const auto& folder : fs::directory_iterator(directory_)) {
            const auto domain = folder.path().filename().string();
            if (!is_ours(domain) || !fs::is_directory(folder.path() / "hu")) continue;
            std::vector<std::string> gone;
            for (const auto& file : fs::directory_iterator(folder.path() / "hu")) {
                const auto path = domain + "/hu/" + file.path().filename().string();
                if (keys::is_wkd_hash(file.path().filename().string()) && !file.is_directory() && !wanted.files.contains(path))
                    gone.push_back(path);
            }
            std::ranges::sort(gone);
            for (const auto& path : gone) {
                keys::remove_file(directory_ / path);
                tell(as_json_, "removed", path);
            }
        }
    }

private:
    void write(const std::string& domain, const std::vector<std::string>& paths, const keys::published_tree& wanted) {
        for (const auto& folder : {directory_ / domain, directory_ / domain / "hu"})
            keys::make_private_directory(folder, for_all_to_enter);
        keys::file_batch files(directory_ / domain / "hu");
        std::vector<std::pair<std::string_view, std::string>> changes;
        for (const auto& path : paths) {
            const auto content = wanted.files.at(path).content();
            const auto change = change_of(directory_ / path, content);
            if (change.empty()) continue;
            files.put(directory_ / path, {octets(content, nullptr)}, for_all_to_read);
            changes.emplace_back(change, path);
        }
        if (!changes.empty()) files.commit();
        for (const auto& [change, path] : changes) tell(as_json_, change, path, &wanted.files.at(path));
        const auto policy = directory_ / domain / "policy";
        if (fs::exists(fs::symlink_status(policy))) return; // it may say more than ours
        keys::replace_file(policy, keys::published_policy(domain), for_all_to_read);
        tell(as_json_, "added", domain + "/policy");
    }

    // Empty where the file is as it should be.
    static std::string_view change_of(const fs::path& file, const std::string& content) {
        const auto found = fs::symlink_status(file);
        if (!fs::exists(found)) return "added";
        const bool is_public = fs::is_regular_file(found) && (found.permissions() & fs::perms::others_read) != fs::perms::none;
        return is_public && fs::file_size(file) == content.size() && keys::read_file(file) == content ? "" : "changed";
    }

    fs::path directory_;
    bool as_json_;
    keys::open_file lock_; // of two at a time, one would write into what the other is about to rename
};

} // namespace

int publish_certificates(const key_desk& desk, const invocation& called) {
    const auto given = called.values("--wkd");
    if (given.empty()) return complain("--wkd says into which directory; see sealgate keys publish --help"), exit_unusable;
    const fs::path directory = given.back();
    if (!fs::is_directory(directory))
        return complain(given.back() + " is no directory; make it first, so that whoever runs this may write there"),
               exit_unusable;
    const auto rules = policy::load_policy(desk.gateway.policy_path, read_file, list_directory);
    if (!rules)
        return complain("which domains are the organisation's cannot be told: " + rules.error().front().to_string()),
               exit_unusable;
    const auto is_ours = [&](const policy::address& whose) {
        return !whose.domain.empty() && rules->tiers.tier_of(whose) == rules->tiers.organisation();
    };

    const auto keys = desk.open(keys::reading::all);
    keys::published_tree wanted;
    keys.certificates->own().each(
        [&](const keys::stored_certificate& one) { publish(wanted, one, is_ours, keys::this_second()); });
    take_out_what_was_revoked_elsewhere(wanted, *keys.certificates);

    const usual_umask readable;
    published_directory published(directory, called.json());
    published.bring_up_to_date(wanted);
    for (const auto& problem : keys.problems) complain(problem);
    if (keys.problems.empty())
        published.take_away_all_but(wanted, [&](const std::string& folder) {
            const auto somebody = policy::parse_address("postmaster@" + folder);
            return somebody.domain == folder && is_ours(somebody);
        });
    else
        complain("not all certificates can be read, so no file was taken away from " + given.back());
    for (const auto& one : wanted.left_out) tell(called.json(), one);
    return keys.problems.empty() ? exit_yes : exit_no;
}

} // namespace sealgate::milter
