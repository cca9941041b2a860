// An index is believed about the file that it was made of, as it was then; it may be lost, broken, or of something else.
#include "tests/milter/audit/indexed_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;

class IndexFile : public IndexedLog {
protected:
    void SetUp() override {
        fill(file(1), 0, 200);
        fill(file(201), 200, 200);
        fill(written(), 400, 200);
        index_all();
        for (const auto& log : log_files(directory)) EXPECT_TRUE(is_answered(log, both.front())) << log;
    }
    void expect_all_same(const indexing& how = none_made()) const {
        for (const auto& asked : both) expect_same(asked, how);
    }

    // In place, as long as it was, and with the time that it had.
    static void change(const fs::path& log, std::string_view from, std::string_view to) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20)); // a clock's tick
        auto text = keys::read_file(log);
        text.replace(text.find(from), from.size(), to);
        struct stat before {};
        ::stat(log.c_str(), &before);
        const keys::open_file out(log, O_WRONLY);
        out.write_all(text);
        const struct timespec times[] = {before.st_atim, before.st_mtim};
        ::futimens(out.descriptor(), times);
    }

    const std::vector<policy::query> both{{.ids = {id(7), id(250), id(399), id(400), id(599)}},
                                          {.senders = {"Staff3@Example.org"}, .outcomes = {"deliver"}},
                                          {.ids = {"nobody"}},
                                          {.senders = {"nobody@example.org"}}};
};

TEST_F(IndexFile, IsForItsOwnerAlone) {
    struct stat found {};
    ASSERT_EQ(::stat(index_of(file(1)).c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600u);
    for (const auto& entry : fs::directory_iterator(directory))
        EXPECT_TRUE(entry.path().extension() == ".jsonl" || entry.path().extension() == ".index") << entry;
}

TEST_F(IndexFile, AnswersAndIsNotWrittenAgain) {
    const auto before = keys::read_file(index_of(file(1)));
    expect_all_same(small());
    EXPECT_EQ(keys::read_file(index_of(file(1))), before);
    EXPECT_EQ(ask(both.front()).lines.size(), 5u);
}

TEST_F(IndexFile, IsMadeByWhoAsks) {
    forget_index(file(1));
    expect_all_same();
    EXPECT_FALSE(fs::exists(index_of(file(1))));
    expect_all_same(small());
    EXPECT_TRUE(is_answered(file(1), both.front()));
}

TEST_F(IndexFile, OfAFileThatChangedIsNotBelieved) {
    change(file(1), id(9), id(7));
    EXPECT_FALSE(is_answered(file(1), both.front()));
    expect_all_same();
    EXPECT_EQ(ask({.ids = {id(7)}}).lines.size(), 2u);
    expect_all_same(small());
    EXPECT_TRUE(is_answered(file(1), both.front())) << "made anew";
    EXPECT_EQ(ask({.ids = {id(7)}}).lines.size(), 2u);
}

TEST_F(IndexFile, OfTheWrittenFileThatChangedIsNotBelieved) {
    change(written(), id(405), id(7));
    EXPECT_FALSE(is_answered(written(), both.front()));
    EXPECT_EQ(ask({.ids = {id(7)}}).lines.size(), 2u);
    expect_all_same();
}

TEST_F(IndexFile, OfAFileThatGrewCountsForTheWrittenOneAlone) {
    fill(written(), 7, 3);
    EXPECT_TRUE(is_answered(written(), both.front()));
    EXPECT_EQ(ask({.ids = {id(7)}}).lines.size(), 2u);
    fill(file(1), 250, 3);
    EXPECT_FALSE(is_answered(file(1), both.front()));
    expect_all_same();
}

TEST_F(IndexFile, CoversWhatTheWrittenFileGrewBy) {
    fill(written(), 600, 200);
    expect_all_same(small());
    index_file index(written(), index_file::access::read);
    const keys::input_file in(written());
    const auto parts = index.parts_of(in);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->back().end, in.status().st_size);
}

TEST_F(IndexFile, OfLinesThatWereTakenBackIsNotBelieved) {
    const auto size = fs::file_size(written());
    fs::resize_file(written(), size - 300);
    append(written(), "\n");
    fill(written(), 0, 10);
    EXPECT_FALSE(is_answered(written(), both.front()));
    EXPECT_EQ(ask({.ids = {id(7)}}).lines.size(), 2u);
    expect_all_same();
}

TEST_F(IndexFile, OfAnotherFileIsNotBelieved) {
    fs::copy(index_of(file(201)), index_of(file(1)), fs::copy_options::overwrite_existing);
    EXPECT_FALSE(is_answered(file(1), both.front()));
    expect_all_same();
    fs::rename(written(), file(401)); // with its index left behind, and under a new log
    fill(written(), 600, 200);
    EXPECT_FALSE(is_answered(written(), both.front()));
    expect_all_same();
    expect_all_same(small());
}

TEST_F(IndexFile, OfACopyIsNotBelieved) {
    const auto away = scratch.path() / "away";
    fs::copy(directory, away);
    fs::remove_all(directory);
    fs::rename(away, directory);
    EXPECT_FALSE(is_answered(file(1), both.front()));
    expect_all_same();
}

TEST_F(IndexFile, CutAnywhereIsDoneWithoutAndMadeAnew) {
    const auto octets = keys::read_file(index_of(file(1)));
    for (std::size_t size = 0; size < octets.size(); size += size < 5000 ? 499 : 2048) {
        SCOPED_TRACE(size);
        fs::resize_file(index_of(file(1)), size);
        expect_all_same();
        expect_all_same(small());
        EXPECT_TRUE(is_answered(file(1), both.front()));
    }
}

// Where a disk or a crash changed an octet, all or something of it is not believed; nothing is missed.
TEST_F(IndexFile, ChangedAnywhereHidesNothing) {
    const auto octets = keys::read_file(index_of(file(1)));
    const policy::query asked{.ids = {id(7), id(8), id(90), id(150), id(199)}};
    const auto right = ask_without_index(asked);
    for (std::size_t at = 0; at < octets.size(); at += 97) {
        auto changed = octets;
        changed[at] = static_cast<char>(changed[at] ^ 1 << at % 8);
        keys::replace_file(index_of(file(1)), changed);
        ASSERT_EQ(ask(asked), right) << at;
    }
}

TEST_F(IndexFile, WithoutAPieceIsNoticedAndMadeAnew) {
    for (const auto* loss : {"DELETE FROM bucket WHERE number IN (SELECT number FROM bucket LIMIT 3)", "DELETE FROM bucket",
                             "DELETE FROM part WHERE number = (SELECT max(number) FROM part)", "DELETE FROM part",
                             "DELETE FROM part WHERE number = 1", "DELETE FROM covered", "UPDATE bucket SET postings = x''",
                             "UPDATE covered SET parts = parts - 1", "UPDATE part SET always = x'00000000'", "DROP TABLE part",
                             "UPDATE covered SET size = size + 1"}) {
        SCOPED_TRACE(loss);
        keys::sqlite_database(index_of(file(1)), keys::sqlite_database::access::write).run(loss);
        expect_all_same();
        auto how = small();
        how.from_the_ground = true;
        EXPECT_TRUE(bring_index_up_to_date(file(1), how));
        for (const auto& asked : both) EXPECT_TRUE(is_answered(file(1), asked));
        expect_all_same();
    }
}

TEST_F(IndexFile, LinkIsNotFollowed) {
    const auto elsewhere = scratch.path() / "elsewhere";
    fs::rename(index_of(file(1)), elsewhere);
    const auto before = keys::read_file(elsewhere);
    fs::create_symlink(elsewhere, index_of(file(1)));
    EXPECT_FALSE(is_answered(file(1), both.front()));
    fs::create_symlink(scratch.path() / "nothing", index_of(file(900)));
    fill(file(900), 900, 100);
    expect_all_same(small());
    EXPECT_EQ(keys::read_file(elsewhere), before);
    EXPECT_FALSE(fs::exists(scratch.path() / "nothing"));
}

TEST_F(IndexFile, DirectoryMayBeALink) {
    const auto real = scratch.path() / "real";
    fs::rename(directory, real);
    fs::create_symlink(real, directory);
    EXPECT_TRUE(is_answered(file(1), both.front()));
    forget_index(file(1));
    expect_all_same(small());
    EXPECT_TRUE(is_answered(file(1), both.front()));
}

TEST_F(IndexFile, IsNotMadeInADirectoryOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
    forget_index(file(1));
    ASSERT_EQ(::chown(directory.c_str(), 65534, 65534), 0);
    expect_all_same(small());
    EXPECT_FALSE(fs::exists(index_of(file(1))));
    EXPECT_TRUE(is_answered(file(201), both.front())) << "one that is there is read";
    EXPECT_FALSE(bring_index_up_to_date(file(1), small()));
}

TEST_F(IndexFile, WhereNothingCanBeWrittenItIsDoneWithout) {
    forget_index(file(1));
    fs::create_directory(index_of(file(1)));
    expect_all_same(small());
    EXPECT_FALSE(is_answered(file(1), both.front()));
}

TEST_F(IndexFile, OfAFileThatIsGoneAnswersNothing) {
    fs::remove(file(1));
    expect_all_same(small());
    EXPECT_TRUE(ask({.ids = {id(7)}}).lines.empty());
}

// Its times would not tell of a change in the same tick of a clock.
TEST_F(IndexFile, IsNotMadeOfAFileThatChangedJustNow) {
    fill(file(1), 0, 1);
    auto how = small();
    how.settled = std::chrono::hours(1);
    EXPECT_FALSE(bring_index_up_to_date(file(1), how));
    EXPECT_FALSE(is_answered(file(1), both.front()));
    EXPECT_TRUE(bring_index_up_to_date(file(1), small()));
}

} // namespace
} // namespace sealgate::milter
