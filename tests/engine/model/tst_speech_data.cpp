// SPDX-License-Identifier: GPL-3.0-or-later
// A data section of a config as the data set it stands for: tar files, buckets, batch sizes, what is refused.
#include "engine/archive/nemo.h"
#include "engine/archive/tar_writer.h"
#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/model/asr/speech_dataset.h"
#include "engine/model/model.h"
#include "engine/text/char_tokenizer.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace fathom;
using model::BucketOrder;
using Ids = QList<qint64>;

class SpeechDataTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;
    std::string folder() const { return m_folder.path().toStdString(); }

    static config::Config composed(const std::string& section) {
        auto config = config::compose({.configName = "c", .files = {{"c.yaml", "train_ds:\n" + section}}});
        if (!config) qFatal("%s", config.error().message().c_str());
        return *config;
    }
    static model::SpeechDataParams params(const std::string& section) {
        const auto read = model::readSpeechData(composed(section), "train_ds");
        if (!read || !*read) qFatal("%s", read ? "no section" : read.error().message().c_str());
        return **read;
    }
    static Error refusal(const std::string& section) {
        const auto read = model::readSpeechData(composed(section), "train_ds");
        if (read) qFatal("the section was taken:\n%s", section.c_str());
        return read.error();
    }
    static const char* tarred() {
        return "  manifest_filepath: m.json\n"
               "  is_tarred: true\n"
               "  tarred_audio_filepaths: audio__OP_0..3_CL_.tar\n"
               "  batch_size: 8\n"
               "  shuffle: true\n";
    }
    static const char* bucketed() {
        return "  manifest_filepath: [[a.json], [b.json], [c.json]]\n"
               "  is_tarred: true\n"
               "  tarred_audio_filepaths: [['a_{0..1}.tar'], [b.tar], [c.tar]]\n"
               "  batch_size: 1\n"
               "  bucketing_batch_size: 4\n";
    }

private Q_SLOTS:
    void aPlainSection_isReadAsBefore() {
        const auto read = params("  manifest_filepath: a.json, b.json\n  batch_size: 4\n  num_workers: 3\n"
                                 "  pin_memory: true\n  prefetch_factor: 5\n");
        QCOMPARE(read.manifests, (std::vector<std::filesystem::path>{"a.json", "b.json"}));
        QVERIFY(read.tarred.empty() && !read.semiSorted);
        QCOMPARE(read.loader.prefetchFactor, 5);
        QVERIFY(read.loader.pinMemory);
        QCOMPARE(params("  manifest_filepath: [a.json]\n").loader.prefetchFactor, 2);
    }

    void tarFiles_areExpanded_andShuffledThroughABuffer() {
        const auto read = params(tarred());
        QCOMPARE(read.tarred.size(), std::size_t(1));
        QCOMPARE(read.tarred[0].tars, (std::vector<std::filesystem::path>{"audio_0.tar", "audio_1.tar",
                                                                          "audio_2.tar", "audio_3.tar"}));
        QCOMPARE(read.loader.shuffleBuffer,
                 std::int64_t(32)); // NeMo's 4 * batch_size where the key is absent
        QCOMPARE(params(std::string(tarred()) + "  shuffle_n: 100\n").loader.shuffleBuffer,
                 std::int64_t(100));
        QVERIFY(!params(std::string(tarred()) + "  shuffle_n: 0\n").loader.shuffle);
        QCOMPARE(params(std::string(tarred()) + "  shard_manifests: true\n").tarred[0].manifests.size(),
                 std::size_t(1));
    }

    void buckets_haveNeMosBatchSizes() {
        const auto linear = params(bucketed());
        QCOMPARE(linear.tarred.size(), std::size_t(3));
        QCOMPARE(linear.tarred[0].tars.size(), std::size_t(2));
        QCOMPARE(linear.bucketBatchSizes, (std::vector<int>{12, 8, 4}));
        QVERIFY(linear.loader.bucketOrder == BucketOrder::SyncedRandomized);
        const auto given = params(std::string(bucketed()) + "  bucketing_strategy: fixed_order\n"
                                                            "  bucketing_weights: [1, 2, 1]\n");
        QCOMPARE(given.bucketBatchSizes, (std::vector<int>{16, 12, 8})); // by the number of visits
        QVERIFY(given.loader.bucketOrder == BucketOrder::Fixed);
        std::string listed = bucketed();
        listed.replace(listed.find("size: 4"), 7, "size: [5, 3, 2]");
        QCOMPARE(params(listed).bucketBatchSizes, (std::vector<int>{5, 3, 2}));
    }

    void mistakes_nameTheirKey() {
        const auto key = [](const std::string& section) { return refusal(section).key; };
        const std::string buckets = bucketed();
        std::string several = buckets;
        several.replace(several.find("batch_size: 1"), 13, "batch_size: 2");
        QCOMPARE(key(several), std::string("train_ds.batch_size"));
        std::string short_ = buckets;
        short_.replace(short_.find("size: 4"), 7, "size: [5, 3]");
        QCOMPARE(key(short_), std::string("train_ds.bucketing_batch_size"));
        QCOMPARE(key(buckets + "  bucketing_weights: [1, 0, 1]\n"),
                 std::string("train_ds.bucketing_weights"));
        QCOMPARE(key("  manifest_filepath: [[a.json], [b.json]]\n  is_tarred: true\n  "
                     "tarred_audio_filepaths: [a.tar]\n"),
                 std::string("train_ds.tarred_audio_filepaths"));
        QCOMPARE(key("  manifest_filepath: a.json\n  is_tarred: true\n"),
                 std::string("train_ds.tarred_audio_filepaths"));
        QCOMPARE(key("  manifest_filepath: [[a.json]]\n"), std::string("train_ds.manifest_filepath"));
        QCOMPARE(key("  manifest_filepath: a.json\n  prefetch_factor: 0\n"),
                 std::string("train_ds.prefetch_factor"));
        QCOMPARE(key("  manifest_filepath: a.json\n  is_concat: true\n"), std::string("train_ds.is_concat"));
        QCOMPARE(refusal(buckets + "  bucketing_strategy: random\n").line, 7);
    }

    void anAugmentor_isReadInItsOrder() {
        const auto read =
            params("  manifest_filepath: a.json\n"
                   "  augmentor:\n"
                   "    white_noise: {prob: 1.0, min_level: -80, max_level: -50}\n"
                   "    speed: {prob: 0.5, sr: 16000, resample_type: kaiser_fast, num_rates: 3}\n"
                   "    gain: null\n"
                   "    noise: {prob: 0.25, manifest_path: 'n.json,m.json', min_snr_db: 5}\n");
        QCOMPARE(read.augmentor.size(), std::size_t(3));
        QCOMPARE(read.augmentor[0].name, std::string("white_noise"));
        QCOMPARE(std::get<data::WhiteNoiseParams>(read.augmentor[0].params).most, -50);
        const auto& speed = std::get<data::SpeedParams>(read.augmentor[1].params);
        QCOMPARE(speed.rates.count, 3);
        QCOMPARE(speed.rates.least, 0.9); // the default
        QCOMPARE(read.augmentor[1].probability, 0.5);
        const auto& noise = std::get<data::NoiseParams>(read.augmentor[2].params);
        QCOMPARE(noise.source.manifests, (std::vector<std::filesystem::path>{"n.json", "m.json"}));
        QCOMPARE(noise.mostSnr, 50.0);
        QVERIFY(params("  manifest_filepath: a.json\n  augmentor: null\n").augmentor.empty());
    }

    void anAugmentor_isRefusedAsNeMoDoes_data() {
        QTest::addColumn<QString>("section");
        QTest::addColumn<QString>("className");
        QTest::addColumn<QString>("why");
        const auto row = [](const char* section, const char* className, const char* why) {
            QTest::addRow("%s", section) << QString(QLatin1String(section))
                                         << QString(QLatin1String(className)) << QString(QLatin1String(why));
        };
        row("loud: {prob: 1}", "KeyError",
            "Invalid perturbation name. Allowed values : dict_keys(['speed', ");
        row("gain: {}", "KeyError",
            "Augmentation \"gain\" will not be applied as keyword argument \"prob\" was not defined");
        row("gain: {prob: 1.5}", "ValueError", "`prob` must be a float value between 0 and 1.");
        row("gain: {prob: 1, gain: 3}", "ConfigKeyError", "gain");
        row("speed: {prob: 1, sr: 16000, resample_type: scipy, min_speed_rate: 0}", "ValueError",
            "Minimum sampling rate modifier must be > 0.");
        row("white_noise: {prob: 1, min_level: -40}", "ValueError", "min_level is not below max_level");
        row("noise: {prob: 1, manifest_path: null}", "ValueError", "no manifest");
        row("rir_noise_aug: {prob: 1}", "ValueError", "rir_noise_aug is not supported here");
        row("time_stretch: {prob: 1, n_fft: 511}", "ValueError", "n_fft is odd");
    }
    void anAugmentor_isRefusedAsNeMoDoes() {
        QFETCH(QString, section);
        QFETCH(QString, className);
        QFETCH(QString, why);
        const Error error =
            refusal("  manifest_filepath: a.json\n  augmentor:\n    " + section.toStdString() + '\n');
        QVERIFY2(QString::fromStdString(error.why).contains(why), error.why.c_str());
        QCOMPARE(QString::fromStdString(error.className), className);
        QVERIFY(QString::fromStdString(error.key).startsWith(QLatin1String("train_ds.augmentor.")));
        QCOMPARE(error.line, 4);
    }

    void aSubwordTokenizer_fillsWithItsPadding() {
        struct Tokenizer : text::Tokenizer {
            explicit Tokenizer(text::SpecialIds special) { m_special = special; }
            text::EncodedText encode(std::string_view) const override { return {}; }
            std::vector<text::Piece> pieces(std::string_view) const override { return {}; }
            std::string decode(std::span<const std::int64_t>) const override { return {}; }
            std::int64_t size() const override { return 9; }
            std::string piece(std::int64_t) const override { return {}; }
            std::optional<std::int64_t> idOf(std::string_view) const override { return {}; }
        };
        auto read = params("  manifest_filepath: a.json\n  pad_id: 5\n");
        QCOMPARE(read.padId, std::int64_t{5});
        read.takeIdsOf(Tokenizer({.pad = 3, .bos = 0, .eos = 1}));
        QCOMPARE(read.padId, std::int64_t{3});
        QVERIFY(!read.bosId); // NeMo takes an id 0 for none
        QCOMPARE(read.eosId, std::optional<std::int64_t>(1));
        read.takeIdsOf(Tokenizer({.pad = 0}));
        QCOMPARE(read.padId, std::int64_t{0});
        QVERIFY(!read.eosId);
    }

    // The ids are what NeMo 3.0.0's AudioToBPEDataset gives for these archives and this manifest.
    void subwords_haveTheirTokenizersIdsAround_data() {
        QTest::addColumn<QString>("archive");
        QTest::addColumn<QString>("override");
        QTest::addColumn<Ids>("first");
        QTest::addColumn<Ids>("last");
        QTest::newRow("SentencePiece") << "conformer_ctc_spe"
                                       << "" << Ids{1, 36, 34, 38, 19} << Ids{44, 46, 2};
        QTest::newRow("ids of the section")
            << "conformer_ctc_spe"
            << "+validation_ds.bos_id=7" << Ids{1, 36, 34, 38, 19} << Ids{44, 46, 2};
        QTest::newRow("none") << "conformer_ctc_spe"
                              << "+validation_ds.use_start_end_token=false" << Ids{36, 34, 38, 19, 44}
                              << Ids{19, 44, 46};
        QTest::newRow("WordPiece") << "conformer_ctc_wpe"
                                   << "" << Ids{2, 68, 28, 47, 50} << Ids{44, 36, 3};
        QTest::newRow("WordPiece, none")
            << "conformer_ctc_wpe"
            << "+validation_ds.use_start_end_token=false" << Ids{68, 28, 47, 50, 44} << Ids{50, 44, 36};
    }
    void subwords_haveTheirTokenizersIdsAround() {
        QFETCH(QString, archive);
        QFETCH(QString, override);
        QFETCH(Ids, first);
        QFETCH(Ids, last);
        const std::string data = std::string(FATHOM_TEST_DATA) + "/nemo/";
        const auto nemo = archive::Nemo::open(data + archive.toStdString() + ".nemo");
        QVERIFY(nemo);
        std::vector<std::string> overrides{"++validation_ds={manifest_filepath:'" + data +
                                           "manifest.json',sample_rate:16000,batch_size:2}"};
        if (!override.isEmpty()) overrides.push_back(override.toStdString());
        const auto config = config::compose({.configName = "model_config",
                                             .overrides = overrides,
                                             .files = {{"model_config.yaml", *nemo->configYaml()}}});
        QVERIFY2(config, config ? "" : config.error().message().c_str());
        const auto model = model::createModel(*config, "", {.artifacts = archive::ArtifactRegistry(*nemo)});
        QVERIFY2(model, model ? "" : model.error().message().c_str());
        const auto set = (*model)->dataset(model::Split::Validation);
        QVERIFY2(set, set ? "" : set.error().message().c_str());
        const auto batch = (*set)->load(std::vector<std::int64_t>{0});
        QVERIFY2(batch, batch ? "" : batch.error().message().c_str());
        const torch::Tensor tokens = batch->tensors[2][0].contiguous();
        const Ids ids(tokens.const_data_ptr<std::int64_t>(),
                      tokens.const_data_ptr<std::int64_t>() + tokens.numel());
        QCOMPARE(ids.first(first.size()), first);
        QCOMPARE(ids.last(last.size()), last);
    }

    void aBucketedDataset_loadsWhatItsConfigSays() {
        const std::string flac = *readFile(std::string(FATHOM_SOURCE_DIR) +
                                           "/resources/examples/speech_prompts/audio/auth-thankyou.flac");
        const auto line = [](const std::string& name) {
            return "{\"audio_filepath\": \"" + name +
                   ".flac\", \"duration\": 0.9, \"text\": \"thank you\"}\n";
        };
        for (const std::string bucket : {"x", "y"}) {
            std::ofstream out(folder() + '/' + bucket + ".tar", std::ios::binary);
            archive::TarWriter tar([&out](std::span<const std::byte> bytes) -> Status {
                out.write(reinterpret_cast<const char*>(bytes.data()),
                          static_cast<std::streamsize>(bytes.size()));
                return {};
            });
            std::string manifest;
            for (int i = 0; i < (bucket == "x" ? 5 : 3); ++i) {
                const std::string name = bucket + std::to_string(i);
                QVERIFY(tar.begin({.name = name + ".flac", .bytes = flac.size()}));
                QVERIFY(tar.content(std::as_bytes(std::span(flac))));
                QVERIFY(tar.end());
                manifest += line(name);
            }
            QVERIFY(tar.finish());
            QVERIFY(writeFileAtomically(folder() + '/' + bucket + ".json", manifest));
        }
        const std::string at = folder();
        const auto read = params("  manifest_filepath: [[" + at + "/x.json], [" + at + "/y.json]]\n" +
                                 "  tarred_audio_filepaths: [[" + at + "/x.tar], [" + at + "/y.tar]]\n" +
                                 "  is_tarred: true\n  batch_size: 1\n  bucketing_batch_size: 2\n"
                                 "  bucketing_weights: [1, 2]\n  sample_rate: 8000\n");
        const auto tokenizer = text::CharTokenizer::create({" ", "a", "h", "k", "n", "o", "t", "u", "y"});
        QVERIFY(tokenizer);
        const auto dataset = model::SpeechDataset::open(read, *tokenizer);
        QVERIFY2(dataset, dataset ? "" : dataset.error().message().c_str());
        QCOMPARE((*dataset)->size(), std::int64_t(8));
        const auto& buckets = (*dataset)->loader().buckets;
        QCOMPARE(buckets.size(), std::size_t(3));
        QCOMPARE(buckets[0].batchSize, 6);
        QCOMPARE(buckets[2].first, std::int64_t(5));
        QCOMPARE(buckets[2].items, std::int64_t(3));
        const std::vector<std::int64_t> indices{0, 7};
        const auto batch = (*dataset)->load(indices);
        QVERIFY2(batch, batch ? "" : batch.error().message().c_str());
        QCOMPARE(batch->sources, (std::vector<std::string>{at + "/x.tar/x0.flac", at + "/y.tar/y2.flac"}));
        QVERIFY(batch->tensors[0].size(1) > 5000);
        std::stop_source stopped;
        stopped.request_stop();
        const auto ended = (*dataset)->loadFor({.stop = stopped.get_token()}, indices);
        QVERIFY(!ended && ended.error().kind == ErrorKind::Interrupted);
    }
};

QTEST_GUILESS_MAIN(SpeechDataTest)
#include "tst_speech_data.moc"
