// A signing key that was replaced: what it still proves, and what it must not.
#include "keys/base/files.hpp"
#include "milter/audit/checkpoint_file.hpp"
#include "milter/audit/layout.hpp"
#include "milter/proof/prove.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/key_event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

// A log of twenty records. Its first names the former key, which signed at the fifth; the tenth names the key in force, which
// signed at the fifteenth. The former one was stolen.
class ReplacedKeys : public testing::Test {
protected:
    ReplacedKeys() {
        keys::make_private_directory(logs);
        former.emplace(directory.path() / "former.key", logs, logs / "checkpoints.jsonl");
        write_log(20, true);
        former->add({.time = {}, .end = ends[4]});
        now.emplace(directory.path() / "checkpoint.key", logs, logs / "checkpoints.jsonl");
        write_log(20, true);
        now->add({.time = {}, .end = ends[14]});
    }

    void write_log(std::size_t records, bool names_the_new_one) {
        ends.clear();
        policy::chain_end end;
        std::ofstream out(written_log(logs));
        for (std::size_t number = 1; number <= records; ++number) {
            const bool is_new = number == 10 && names_the_new_one && now;
            const auto& key = is_new ? now->public_key() : former->public_key();
            const auto fields = number == 1 || is_new ? policy::signing_key_event({}, key) : "\"id\":1";
            out << policy::chain(end, fields) << '\n';
            ends.push_back(end);
        }
    }

    proved prove_with_both() const {
        auto asked = request_for(logs, logs / "checkpoints.jsonl", directory.path() / "checkpoint.key");
        asked.trusted = {.keys = {former->public_key(), now->public_key()}};
        return prove(asked);
    }

    static auto says(const std::string& text) { return Field(&log_problem::text, HasSubstr(text)); }

    keys::temporary_directory directory{fs::temp_directory_path()};
    fs::path logs = directory.path() / "audit";
    std::optional<checkpoint_file> former, now;
    std::vector<policy::chain_end> ends;
};

TEST_F(ReplacedKeys, BothProveWhatTheySigned) {
    const auto found = prove_with_both();
    EXPECT_THAT(found.problems, IsEmpty());
    EXPECT_EQ(found.last_signed->end.last_seq, 15u);
}

TEST_F(ReplacedKeys, TheFormerOneSignsNothingAfterItsEnd) {
    const policy::chain_end nowhere{.last_seq = 18, .last_hash = std::string(64, 'a')};
    const policy::chain_end beyond{.last_seq = 50, .last_hash = std::string(64, 'a')};
    for (const auto& end : {nowhere, beyond, ends[17]}) {
        fs::copy_file(logs / "checkpoints.jsonl", logs / "before", fs::copy_options::overwrite_existing);
        former->add({.time = {}, .end = end});
        const auto found = prove_with_both();
        EXPECT_THAT(found.problems, ElementsAre(says("which another one had replaced in record 10"))) << end.last_seq;
        EXPECT_EQ(found.last_signed->end.last_seq, 15u) << "what it signed is not proved";
        fs::rename(logs / "before", logs / "checkpoints.jsonl");
    }
}

TEST_F(ReplacedKeys, ALogWrittenAnewWithTheFormerOneIsFound) {
    write_log(20, false);
    fs::remove(logs / "checkpoints.jsonl");
    former->add({.time = {}, .end = ends[19]});
    const auto found = prove_with_both();
    EXPECT_THAT(found.problems, Contains(says("checkpoint.pub names the signing key " + to_text(now->public_key()))));
    EXPECT_THAT(found.notes, Contains(HasSubstr("no record names the key " + to_text(now->public_key()))));
}

TEST_F(ReplacedKeys, TheLastRecordOfAFileIsNamedWithItsFile) {
    write_log(20, true);
    std::ifstream in(written_log(logs));
    const auto rotated = rotated_log(logs, 1);
    std::ofstream first(rotated), second(logs / "rest");
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) (number <= 15 ? first : second) << line << '\n';
    first.close(), second.close();
    fs::rename(logs / "rest", written_log(logs));
    fs::remove(logs / "checkpoints.jsonl");
    now->add({.time = {}, .end = {.last_seq = 15, .last_hash = std::string(64, 'a')}});
    EXPECT_THAT(prove_with_both().problems,
                ElementsAre(AllOf(says("not what was signed"), Field(&log_problem::where, rotated))));
}

} // namespace
} // namespace sealgate::milter
