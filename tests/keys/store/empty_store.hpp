// An empty store for each test, people whose certificates it may take, and what became of them.
#pragma once

#include "keys/base/files.hpp"
#include "keys/store/store.hpp"
#include "tests/keys/support/store_contents.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <expected>
#include <filesystem>
#include <string>
#include <utility>

namespace sealgate::keys {

class Store : public testing::Test {
protected:
    store make_store() const { return {directory.path() / "keys", {}}; }
    std::filesystem::path file_of(const std::string& fingerprint) const {
        return directory.path() / "keys" / (fingerprint + ".pgp");
    }

    // What an import did, one word a certificate.
    static std::string changes(const std::expected<import_report, std::string>& report) {
        if (!report) return report.error();
        std::string out;
        for (const auto& each : report->certificates)
            out += each.what == change::added ? "added " : each.what == change::updated ? "updated " : "unchanged ";
        return out;
    }
    // gpg dates a second signature of one second into the next: what is not true yet then is looked at again.
    static policy::key_state state_of(const store& keys, const std::string& address) {
        auto found = keys.open(reading::all).certificates->find(address, now());
        if (!found.stored && found.in_doubt) found = keys.open(reading::all).certificates->find(address, now());
        return found.state;
    }
    static std::string armored_certificate(const test::keyring& people, const std::string& fingerprint) {
        return people.gpg("--armor --export " + fingerprint);
    }

    // Two certificates of ann@example.org in the store, the later one made now.
    std::pair<std::string, std::string> old_and_new_of_ann(const store& keys) {
        const auto old = people.make_old_key("Ann <ann@example.org>");
        EXPECT_TRUE(keys.import(people.export_certificate(old)));
        people.delete_key(old);
        auto fresh = people.make_key("Ann <ann@example.org>");
        EXPECT_TRUE(keys.import(people.export_certificate(fresh)));
        return {old, std::move(fresh)};
    }

    temporary_directory directory{std::filesystem::temp_directory_path()};
    test::keyring people;
};

} // namespace sealgate::keys
