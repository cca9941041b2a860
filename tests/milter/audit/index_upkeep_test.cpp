// Indexes are there before somebody asks, and go with their files and with what is not as it was.
#include "milter/audit/index_upkeep.hpp"
#include "milter/audit/log.hpp"
#include "tests/milter/audit/indexed_log.hpp"

#include <future>
#include <sys/stat.h>
#include <thread>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;

class IndexUpkeep : public IndexedLog {
protected:
    static bool comes(const auto& what) {
        for (int turn = 0; turn < 1000; ++turn) {
            if (what()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }
    bool comes_to_be_answered(const fs::path& log, int number) const {
        return comes([&] { return is_answered(log, {.ids = {id(number)}}); });
    }

    audit_options options() const {
        return {.directory = directory,
                .key = scratch.path() / "key",
                .checkpoints = directory / "checkpoints.jsonl",
                .rotate_size = 20'000};
    }
    static void record(audit_log& log, int number) {
        std::promise<unwritten> done;
        log.append(R"("id":")" + id(number) + R"(","padding":")" + std::string(500, 'x') + "\"",
                   [&](unwritten error) { done.set_value(std::move(error)); });
        EXPECT_TRUE(done.get_future().get().empty());
    }
};

TEST_F(IndexUpkeep, FilesAreIndexedAsTheyCome) {
    fill(file(1), 0, 100);
    const index_upkeep upkeep(directory, std::chrono::milliseconds(20), small());
    EXPECT_TRUE(comes_to_be_answered(file(1), 7));
    fill(file(101), 100, 100);
    fill(written(), 200, 100);
    EXPECT_TRUE(comes_to_be_answered(file(101), 107));
    EXPECT_TRUE(comes_to_be_answered(written(), 207));
}

TEST_F(IndexUpkeep, IndexGoesWithItsFile) {
    fill(file(1), 0, 100);
    fill(written(), 100, 100);
    const index_upkeep upkeep(directory, std::chrono::milliseconds(20), small());
    EXPECT_TRUE(comes_to_be_answered(file(1), 7));
    append(directory / "audit-notes.index", "a person's own");
    fs::remove(file(1));
    EXPECT_TRUE(comes([&] { return !fs::exists(index_of(file(1))); }));
    EXPECT_TRUE(comes_to_be_answered(written(), 107));
    EXPECT_TRUE(fs::exists(directory / "audit-notes.index"));
}

TEST_F(IndexUpkeep, BrokenIndexIsMadeAnewAtTheStart) {
    fill(file(1), 0, 100);
    index_all();
    keys::sqlite_database(index_of(file(1)), keys::sqlite_database::access::write).run("DELETE FROM bucket WHERE number = 0");
    const index_upkeep upkeep(directory, std::chrono::milliseconds(20), small());
    for (int number = 0; number < 100; ++number) EXPECT_TRUE(comes_to_be_answered(file(1), number));
}

TEST_F(IndexUpkeep, EndsInTheMiddleOfAFile) {
    std::string text;
    while (text.size() < 20'000'000)
        text += R"({"id":"7Q2K-M4XD","sender":"ann@example.org","recipients":[]})"
                "\n";
    append(file(1), text);
    {
        const index_upkeep upkeep(directory, std::chrono::hours(1), {.settled = std::chrono::milliseconds(0), .stop = {}});
        EXPECT_TRUE(comes([&] { return fs::exists(index_of(file(1))); }));
    }
    EXPECT_FALSE(is_answered(file(1), {.ids = {"nobody"}}));
}

TEST_F(IndexUpkeep, LogThatRotatesIsIndexedBehindIt) {
    audit_log log(options());
    const index_upkeep upkeep(directory, std::chrono::milliseconds(1), small());
    for (int number = 0; number < 200; ++number) record(log, number);
    const auto files = log_files(directory);
    EXPECT_GT(files.size(), 4u);
    for (int number = 0; number < 200; number += 9) EXPECT_EQ(ask({.ids = {id(number)}}).lines.size(), 1u) << number;
    EXPECT_TRUE(comes_to_be_answered(files.front(), 7));
}

// The gateway looks at its file before each record, and knows whether somebody else was there.
TEST_F(IndexUpkeep, IndexOfAWrittenFileThatSomebodyTouchedGoes) {
    audit_log log(options());
    for (int number = 0; number < 20; ++number) record(log, number);
    index_all();
    record(log, 20);
    EXPECT_TRUE(is_answered(written(), {.ids = {id(7)}}));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    {
        std::fstream other(written(), std::ios::in | std::ios::out);
        other.seekp(static_cast<std::streamoff>(keys::read_file(written()).find(id(8))));
        other << id(7);
    }
    record(log, 21);
    EXPECT_FALSE(fs::exists(index_of(written())));
    EXPECT_EQ(ask({.ids = {id(7)}}).lines.size(), 2u);
    index_all();
    EXPECT_EQ(ask({.ids = {id(7)}}).lines.size(), 2u);
}

TEST_F(IndexUpkeep, IndexOfAWrittenFileGoesAtAStartAndWithARotation) {
    for (int start = 0; start < 2; ++start) {
        audit_log log(options());
        EXPECT_FALSE(fs::exists(index_of(written())));
        for (int number = 0; number < 20; ++number) record(log, number);
        index_all();
        EXPECT_TRUE(fs::exists(index_of(written())));
    }
    audit_log log(options());
    index_all();
    const auto files = log_files(directory).size();
    for (int number = 0; log_files(directory).size() == files; ++number) record(log, number);
    EXPECT_FALSE(fs::exists(index_of(written())));
}

} // namespace
} // namespace sealgate::milter
