// A signed audit log on disk, for tests of what is proved of it.
#pragma once

#include "keys/base/files.hpp"
#include "milter/audit/checkpoint_file.hpp"
#include "milter/audit/layout.hpp"
#include "milter/proof/prove.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/key_event.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

// A log of thirty records, which the gateway signed at the tenth, the twentieth and the twenty-fifth.
class AuditProof : public testing::Test {
protected:
    AuditProof() {
        signer.emplace(directory / "key", directory, directory / "checkpoints.jsonl");
        write_log(1, "\"id\":1");
        for (const auto number : {10u, 20u, 25u}) signer->add({.time = {}, .end = ends[number - 1]});
    }
    // The records before `from` stay as they are.
    void write_log(std::size_t from, const std::string& fields) {
        policy::chain_end end = from == 1 ? policy::chain_end{} : ends[from - 2];
        lines.resize(from - 1);
        ends.resize(from - 1);
        while (lines.size() < 30) {
            const auto named = names.find(lines.size() + 1);
            lines.push_back(policy::chain(end, named == names.end() ? fields : policy::signing_key_event({}, named->second)));
            ends.push_back(end);
        }
        std::ofstream out(written_log(directory));
        for (const auto& line : lines) out << line << '\n';
    }

    // A copy of the gateway's checkpoints as they are now, in the hands of an auditor.
    std::filesystem::path keep(std::size_t first, std::size_t last) const {
        std::ifstream in(own());
        std::ofstream out(directory / "kept");
        std::string line;
        for (std::size_t i = 1; std::getline(in, line); ++i)
            if (i >= first && i <= last) out << line << '\n';
        return directory / "kept";
    }

    // All of it signed anew with another key, as it lies beside the log from now on.
    ed25519_public_key sign_anew() {
        const checkpoint_file other(directory / "other", directory, own());
        std::filesystem::remove(own());
        for (const auto number : {10u, 20u, 30u}) other.add({.time = {}, .end = ends[number - 1]});
        return other.public_key();
    }

    proved prove_with(const std::filesystem::path& kept) const {
        auto asked = request_for(directory, own(), directory / "key");
        if (!kept.empty()) asked.kept.push_back(kept);
        return prove(asked);
    }

    std::filesystem::path own() const { return directory / "checkpoints.jsonl"; }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    std::filesystem::path directory = scratch.path();
    std::optional<checkpoint_file> signer;
    std::map<std::uint64_t, ed25519_public_key> names; // the key that a record names, for write_log()
    std::vector<std::string> lines;
    std::vector<policy::chain_end> ends;
};

} // namespace sealgate::milter
