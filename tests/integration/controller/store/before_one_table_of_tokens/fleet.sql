BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'fer_controller','m001_first_tables','2026-11-28 10:45:28.641664+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'fer_controller','m002_registry','2026-11-28 10:45:28.642042+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'fer_controller','m003_rollouts','2026-11-28 10:45:28.643245+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'fer_controller','m004_retention','2026-11-28 10:45:28.653022+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'fer_controller','m005_operators','2026-11-28 10:45:28.653494+00:00');
CREATE TABLE audit (
      id INTEGER PRIMARY KEY,
      time TEXT NOT NULL,
      rollout TEXT NOT NULL,
      wave INTEGER NOT NULL,
      device TEXT NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      sentence TEXT NOT NULL,
      numbers TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "audit" VALUES(1,'2026-01-31T12:00:00.001Z','r-b18f013e',0,'','tester@here','planned','tester@here planned light@2 for 3 devices in 2 waves; 0 are left out.','{"waves": [1, 2], "bytes": 24000000, "gates": ["fps>=0.8x", "latency_p95_ms<=1.5x", "errors<=+1", "restarts<=+0.5", "provider_fallback<=+0.02", "temperature<=+8", "throttled<=+0.1", "memory<=1.5x", "emotion_mix<=0.3", "confidence>=-0.15"], "left_out": 0}');
INSERT INTO "audit" VALUES(2,'2026-01-31T12:00:01.001Z','r-b18f013e',0,'','runner','started','The rollout of light@2 to 3 devices in 2 waves begins.','{"devices": 3, "waves": 2, "superseded": 0}');
INSERT INTO "audit" VALUES(3,'2026-01-31T12:00:01.001Z','r-b18f013e',1,'','runner','wave_started','Wave 1 of 2 begins with 1 devices; 1 of them have a baseline.','{"devices": 1, "baselines": 1}');
INSERT INTO "audit" VALUES(4,'2026-01-31T12:00:01.001Z','r-b18f013e',1,'nano-02','runner','told','nano-02 is told, in attempt 1, to run light@2/int8 (nano with CPU: int8, or fp32 if it measures faster).','{"attempt": 1, "previous": "old@1/fp32"}');
INSERT INTO "audit" VALUES(5,'2026-01-31T12:00:02.001Z','r-b18f013e',1,'nano-02','runner','tried_again','Attempt 1 of nano-02 failed and is repeated in 1 s: 404 Not Found.','{"attempt": 1, "failures": 1, "failures_in_a_row": 1}');
INSERT INTO "audit" VALUES(6,'2026-01-31T12:00:03.001Z','r-b18f013e',1,'nano-02','runner','told','nano-02 is told, in attempt 2, to run light@2/int8 (nano with CPU: int8, or fp32 if it measures faster).','{"attempt": 2, "previous": "old@1/fp32"}');
INSERT INTO "audit" VALUES(7,'2026-01-31T12:00:04.001Z','r-b18f013e',1,'nano-02','runner','failed','nano-02 failed 2 of 2 times and is given up: 404 Not Found.','{"attempt": 2, "failures": 2, "failures_in_a_row": 2}');
INSERT INTO "audit" VALUES(8,'2026-01-31T12:00:04.001Z','r-b18f013e',1,'','runner','wave_failed','Wave 1 failed: 1 of 1 devices failed, more than 5.0%; one: 404 Not Found.','{"gates": []}');
INSERT INTO "audit" VALUES(9,'2026-01-31T12:00:04.001Z','r-b18f013e',0,'','runner','ended','The rollout is rolled_back: 1 of 1 devices run what they ran before.','{"returned": 1, "away": 0, "stranded": 0}');
INSERT INTO "audit" VALUES(10,'2026-01-31T12:00:07.001Z','r-b18f013e',0,'','tester@here','refused','tester@here ordered pause in vain: Rollout r-b18f013e is rolled_back; pause is possible when it is running.','{}');
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO "counters" VALUES('dead_letters',2);
INSERT INTO "counters" VALUES('events_redelivered',1);
CREATE TABLE dead_letters (
      id INTEGER PRIMARY KEY,
      time TEXT NOT NULL,
      topic TEXT NOT NULL,
      reason TEXT NOT NULL,
      payload BLOB NOT NULL,
      size_bytes INTEGER NOT NULL
    ) STRICT
    ;
INSERT INTO "dead_letters" VALUES(1,'2026-01-31T13:00:00.000Z','fer/v1/x/status','Status: no',X'FF3F',2);
INSERT INTO "dead_letters" VALUES(2,'2026-01-31T13:00:00.000Z','nano-01/emotion/door','EmotionEvent: another event is stored as seq 2 of epoch epoch-a; two devices run as nano-01 with copies of one spool. Give each a name and a state folder of its own.',X'7B22736368656D615F76657273696F6E223A312C22646576696365223A226E616E6F2D3031222C2263616D657261223A22646F6F72222C2265706F6368223A2265706F63682D61222C22736571223A322C226F6C646573745F736571223A312C2274696D65223A22323032362D30312D33315431323A30303A30322E3030305A222C22747261636B223A352C226B696E64223A22686561727462656174222C22656D6F74696F6E223A226861707079222C22636F6E666964656E6365223A302E37352C2270726F626162696C6974696573223A7B22616E677279223A302E30342C2264697367757374223A302E30342C2266656172223A302E30342C226861707079223A302E37352C22736164223A302E30342C227375727072697365223A302E30342C226E65757472616C223A302E30347D2C22626F78223A7B2278223A312C2279223A322C227769647468223A33302C22686569676874223A34307D2C226D6F64656C223A226D696E6940312F696E7438227D',373);
CREATE TABLE desired_states (
      device TEXT PRIMARY KEY,
      rollout TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      payload TEXT NOT NULL,
      written_at TEXT NOT NULL,
      published INTEGER NOT NULL
    ) STRICT
    ;
INSERT INTO "desired_states" VALUES('nano-02','r-b18f013e',2,'',1769860804001,'','2026-01-31T12:00:04.001Z',1);
CREATE TABLE device_failures (
      device TEXT PRIMARY KEY,
      failures INTEGER NOT NULL,
      quarantined_at TEXT NOT NULL,
      reason TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "device_failures" VALUES('nano-02',2,'','404 Not Found');
CREATE TABLE devices (
      device TEXT PRIMARY KEY,
      state TEXT NOT NULL,
      run TEXT NOT NULL,
      born TEXT NOT NULL,
      since TEXT NOT NULL,
      last_seen TEXT NOT NULL,
      agent_version TEXT NOT NULL,
      reason TEXT NOT NULL,
      reported TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "devices" VALUES('nano-01','online','run-1','','','2026-01-31T12:00:07.001Z','1','','{"schema_version":1,"device":"nano-01","run":"run-1","time":"2026-01-31T12:00:07.001Z","agent_version":"","capabilities":{"device_class":"nano","architecture":"","cpu":"","cpu_count":null,"memory_total_mb":null,"jetpack":null,"l4t":null,"runtime":"","providers":[]},"running":{"model":"old@1/fp32","sha256":"2a3807c917f734c3745d5040c9ae82ac68375c46ea2b7fff96a92ec765cebd1b","provider":"CPUExecutionProvider","provider_fallback":false},"previous":"","update":null}');
INSERT INTO "devices" VALUES('nano-02','online','run-1','','','2026-01-31T12:00:07.001Z','1','','{"schema_version":1,"device":"nano-02","run":"run-1","time":"2026-01-31T12:00:07.001Z","agent_version":"","capabilities":{"device_class":"nano","architecture":"","cpu":"","cpu_count":null,"memory_total_mb":null,"jetpack":null,"l4t":null,"runtime":"","providers":[]},"running":{"model":"old@1/fp32","sha256":"2a3807c917f734c3745d5040c9ae82ac68375c46ea2b7fff96a92ec765cebd1b","provider":"CPUExecutionProvider","provider_fallback":false},"previous":"","update":{"rollout":"r-b18f013e","attempt":2,"sha256":"62047381b5d4f477d351ddb2d45f7d2b5255cacedbbfac97b94458b4fad3478c","state":"failed","reason":"404 Not Found","model":"","downloaded_bytes":0,"size_bytes":0,"measured_ms":{}}}');
INSERT INTO "devices" VALUES('nano-03','online','run-1','','','2026-01-31T12:00:07.001Z','1','','{"schema_version":1,"device":"nano-03","run":"run-1","time":"2026-01-31T12:00:07.001Z","agent_version":"","capabilities":{"device_class":"nano","architecture":"","cpu":"","cpu_count":null,"memory_total_mb":null,"jetpack":null,"l4t":null,"runtime":"","providers":[]},"running":{"model":"old@1/fp32","sha256":"2a3807c917f734c3745d5040c9ae82ac68375c46ea2b7fff96a92ec765cebd1b","provider":"CPUExecutionProvider","provider_fallback":false},"previous":"","update":null}');
CREATE TABLE emotion_rollups (
      id INTEGER PRIMARY KEY,
      per TEXT NOT NULL,
      start TEXT NOT NULL,
      device TEXT NOT NULL,
      camera TEXT NOT NULL,
      emotion TEXT NOT NULL,
      events INTEGER NOT NULL,
      faces INTEGER NOT NULL,
      confidence_sum REAL NOT NULL,
      UNIQUE (per, start, device, camera, emotion)
    ) STRICT
    ;
INSERT INTO "emotion_rollups" VALUES(1,'minute','2026-01-31T12:00:00.000Z','nano-01','door','happy',1,1,0.75);
INSERT INTO "emotion_rollups" VALUES(2,'minute','2026-01-31T12:00:00.000Z','nano-01','door','sad',1,0,0.75);
INSERT INTO "emotion_rollups" VALUES(3,'minute','2026-01-31T12:00:00.000Z','nano-02','hall','happy',1,0,0.75);
INSERT INTO "emotion_rollups" VALUES(4,'hour','2026-01-31T12:00:00.000Z','nano-01','door','happy',1,1,0.75);
INSERT INTO "emotion_rollups" VALUES(5,'hour','2026-01-31T12:00:00.000Z','nano-01','door','sad',1,0,0.75);
INSERT INTO "emotion_rollups" VALUES(6,'hour','2026-01-31T12:00:00.000Z','nano-02','hall','happy',1,0,0.75);
CREATE TABLE events (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      seq INTEGER NOT NULL,
      camera TEXT NOT NULL,
      time TEXT NOT NULL,
      track INTEGER NOT NULL,
      kind TEXT NOT NULL,
      emotion TEXT NOT NULL,
      confidence REAL NOT NULL,
      probabilities TEXT NOT NULL,
      box_x INTEGER NOT NULL,
      box_y INTEGER NOT NULL,
      box_width INTEGER NOT NULL,
      box_height INTEGER NOT NULL,
      model TEXT NOT NULL,
      received_at TEXT NOT NULL,
      UNIQUE (device, epoch, seq)
    ) STRICT
    ;
INSERT INTO "events" VALUES(1,'nano-01','epoch-a',1,'door','2026-01-31T12:00:01.000Z',1,'start','happy',0.75,'{"angry":0.04,"disgust":0.04,"fear":0.04,"happy":0.75,"sad":0.04,"surprise":0.04,"neutral":0.04}',1,2,30,40,'mini@1/int8','2026-01-31T13:00:00.000Z');
INSERT INTO "events" VALUES(2,'nano-01','epoch-a',2,'door','2026-01-31T12:00:02.000Z',1,'heartbeat','sad',0.75,'{"angry":0.04,"disgust":0.04,"fear":0.04,"happy":0.75,"sad":0.04,"surprise":0.04,"neutral":0.04}',1,2,30,40,'mini@1/int8','2026-01-31T13:00:00.000Z');
INSERT INTO "events" VALUES(3,'nano-01','epoch-a',3,'door','2026-01-31T12:00:03.000Z',1,'end','happy',0.75,'{"angry":0.04,"disgust":0.04,"fear":0.04,"happy":0.75,"sad":0.04,"surprise":0.04,"neutral":0.04}',1,2,30,40,'mini@1/int8','2026-01-31T13:00:00.000Z');
INSERT INTO "events" VALUES(4,'nano-02','epoch-a',1,'hall','2026-01-31T12:00:01.000Z',1,'heartbeat','happy',0.75,'{"angry":0.04,"disgust":0.04,"fear":0.04,"happy":0.75,"sad":0.04,"surprise":0.04,"neutral":0.04}',1,2,30,40,'mini@1/int8','2026-01-31T13:00:00.000Z');
CREATE TABLE gaps (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      first_seq INTEGER NOT NULL,
      last_seq INTEGER NOT NULL,
      noted_at TEXT NOT NULL,
      UNIQUE (device, epoch, first_seq)
    ) STRICT
    ;
INSERT INTO "gaps" VALUES(1,'nano-01','epoch-a',70,77,'2026-01-31T13:00:00.000Z');
CREATE TABLE labels (
      device TEXT NOT NULL,
      key TEXT NOT NULL,
      value TEXT NOT NULL,
      set_at TEXT NOT NULL,
      set_by TEXT NOT NULL,
      PRIMARY KEY (device, key)
    ) STRICT, WITHOUT ROWID
    ;
INSERT INTO "labels" VALUES('nano-01','site','lab','2026-01-31T13:00:00.000Z','tester@here');
INSERT INTO "labels" VALUES('nano-02','site','roof','2026-01-31T13:00:00.000Z','tester@here');
CREATE TABLE model_files (
      id INTEGER PRIMARY KEY,
      model_id INTEGER NOT NULL REFERENCES models (id),
      precision TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      UNIQUE (model_id, precision)
    ) STRICT
    ;
INSERT INTO "model_files" VALUES(1,1,'fp32','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
INSERT INTO "model_files" VALUES(2,1,'int8','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb');
CREATE TABLE models (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      version TEXT NOT NULL,
      manifest BLOB NOT NULL,
      added_at TEXT NOT NULL,
      UNIQUE (name, version)
    ) STRICT
    ;
INSERT INTO "models" VALUES(1,'light','2',X'7B226E616D65223A226C69676874227D','2026-01-31T13:00:00.000Z');
CREATE TABLE operators (
      name TEXT PRIMARY KEY,
      role TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      made_at TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "operators" VALUES('alice','operator','531998e3d024d2a729d4e48fb70e90ab832a9e9244f447f050281aaba14385a0','2026-01-31T13:00:00.000Z');
INSERT INTO "operators" VALUES('bob','viewer','e2017877ba08d58ae79f2e60f17f39ec08b50193c80020af07f2ec533bc35a24','2026-01-31T13:00:00.000Z');
CREATE TABLE rolled_up (source TEXT PRIMARY KEY, up_to_id INTEGER NOT NULL) STRICT;
INSERT INTO "rolled_up" VALUES('events',4);
INSERT INTO "rolled_up" VALUES('telemetry',3);
CREATE TABLE rollout_orders (
      id INTEGER PRIMARY KEY,
      rollout TEXT NOT NULL,
      action TEXT NOT NULL,
      actor TEXT NOT NULL,
      given_at TEXT NOT NULL,
      done_at TEXT NOT NULL,
      outcome TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "rollout_orders" VALUES(1,'r-b18f013e','pause','tester@here','2026-01-31T12:00:06.001Z','2026-01-31T12:00:07.001Z','refused: Rollout r-b18f013e is rolled_back; pause is possible when it is running.');
INSERT INTO "rollout_orders" VALUES(2,'r-b18f013e','resume','bob@there','2026-01-31T12:30:00.000Z','','');
CREATE TABLE rollout_targets (
      rollout TEXT NOT NULL,
      device TEXT NOT NULL,
      wave INTEGER NOT NULL,
      position INTEGER NOT NULL,
      state TEXT NOT NULL,
      artifacts TEXT NOT NULL,
      why TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      failures INTEGER NOT NULL,
      previous_model TEXT NOT NULL,
      previous_sha256 TEXT NOT NULL,
      baseline TEXT NOT NULL,
      reason TEXT NOT NULL,
      retry_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      PRIMARY KEY (rollout, device)
    ) STRICT
    ;
INSERT INTO "rollout_targets" VALUES('r-b18f013e','nano-02',1,0,'rolled_back','[{"model":"light@2/int8","sha256":"62047381b5d4f477d351ddb2d45f7d2b5255cacedbbfac97b94458b4fad3478c","size_bytes":4000000,"url":"/v1/artifacts/62047381b5d4f477d351ddb2d45f7d2b5255cacedbbfac97b94458b4fad3478c"},{"model":"light@2/fp32","sha256":"e4c9563d555e033f490d37a02672f941d983fa40bbd4b1d8498ed980836ec7ea","size_bytes":4000000,"url":"/v1/artifacts/e4c9563d555e033f490d37a02672f941d983fa40bbd4b1d8498ed980836ec7ea"}]','nano with CPU: int8, or fp32 if it measures faster',2,2,'old@1/fp32','2a3807c917f734c3745d5040c9ae82ac68375c46ea2b7fff96a92ec765cebd1b','{"samples":10,"fps":30.0,"latency_p95_ms":30.0,"errors_a_minute":0.0,"restarts":0,"on_cpu":1.0,"temperature_c":50.0,"throttled":0.0,"memory_mb":200.0,"emotions":{"happy":20,"sad":20},"confidence":0.8}','it runs what it ran before','','2026-01-31T12:00:04.001Z');
INSERT INTO "rollout_targets" VALUES('r-b18f013e','nano-03',2,1,'skipped','[{"model":"light@2/int8","sha256":"62047381b5d4f477d351ddb2d45f7d2b5255cacedbbfac97b94458b4fad3478c","size_bytes":4000000,"url":"/v1/artifacts/62047381b5d4f477d351ddb2d45f7d2b5255cacedbbfac97b94458b4fad3478c"},{"model":"light@2/fp32","sha256":"e4c9563d555e033f490d37a02672f941d983fa40bbd4b1d8498ed980836ec7ea","size_bytes":4000000,"url":"/v1/artifacts/e4c9563d555e033f490d37a02672f941d983fa40bbd4b1d8498ed980836ec7ea"}]','nano with CPU: int8, or fp32 if it measures faster',0,0,'','','','the rollout stopped before its turn','','2026-01-31T12:00:04.001Z');
INSERT INTO "rollout_targets" VALUES('r-b18f013e','nano-01',2,2,'skipped','[{"model":"light@2/int8","sha256":"62047381b5d4f477d351ddb2d45f7d2b5255cacedbbfac97b94458b4fad3478c","size_bytes":4000000,"url":"/v1/artifacts/62047381b5d4f477d351ddb2d45f7d2b5255cacedbbfac97b94458b4fad3478c"},{"model":"light@2/fp32","sha256":"e4c9563d555e033f490d37a02672f941d983fa40bbd4b1d8498ed980836ec7ea","size_bytes":4000000,"url":"/v1/artifacts/e4c9563d555e033f490d37a02672f941d983fa40bbd4b1d8498ed980836ec7ea"}]','nano with CPU: int8, or fp32 if it measures faster',0,0,'','','','the rollout stopped before its turn','','2026-01-31T12:00:04.001Z');
CREATE TABLE rollout_waves (
      rollout TEXT NOT NULL,
      number INTEGER NOT NULL,
      state TEXT NOT NULL,
      reason TEXT NOT NULL,
      started_at TEXT NOT NULL,
      deadline_at TEXT NOT NULL,
      soaking_at TEXT NOT NULL,
      soak_until TEXT NOT NULL,
      judged_at TEXT NOT NULL,
      verdicts TEXT NOT NULL,
      ended_at TEXT NOT NULL,
      PRIMARY KEY (rollout, number)
    ) STRICT, WITHOUT ROWID
    ;
INSERT INTO "rollout_waves" VALUES('r-b18f013e',1,'rolled_back','1 of 1 devices failed, more than 5.0%; one: 404 Not Found.','2026-01-31T12:00:01.001Z','2026-01-31T12:01:41.001Z','','','','[]','2026-01-31T12:00:04.001Z');
INSERT INTO "rollout_waves" VALUES('r-b18f013e',2,'stopped','1 of 1 devices failed, more than 5.0%; one: 404 Not Found.','','','','','','[]','2026-01-31T12:00:04.001Z');
CREATE TABLE rollouts (
      id TEXT PRIMARY KEY,
      created_at TEXT NOT NULL,
      created_by TEXT NOT NULL,
      model TEXT NOT NULL,
      manifest_url TEXT NOT NULL,
      request TEXT NOT NULL,
      state TEXT NOT NULL,
      reason TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      ended_at TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "rollouts" VALUES('r-b18f013e','2026-01-31T12:00:00.001Z','tester@here','light@2','/v1/models/light/2/manifest.json','{"model":"","version":null,"precision":"auto","selector":"","devices":[],"waves":["1","100%"],"soak_s":10.0,"gates":[],"max_failures":0.05,"min_committed":0.5,"deadline_s":100.0,"attempts":2,"concurrency":100,"probation_s":0.0}','rolled_back','1 of 1 devices failed, more than 5.0%; one: 404 Not Found.','2026-01-31T12:00:04.001Z','2026-01-31T12:00:04.001Z');
CREATE TABLE streams (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      contiguous_seq INTEGER NOT NULL,
      first_seen TEXT NOT NULL, forgotten_seq INTEGER NOT NULL DEFAULT 0,
      UNIQUE (device, epoch)
    ) STRICT
    ;
INSERT INTO "streams" VALUES(1,'nano-01','epoch-a',3,'2026-01-31T13:00:00.000Z',0);
INSERT INTO "streams" VALUES(2,'nano-02','epoch-a',1,'2026-01-31T13:00:00.000Z',0);
CREATE TABLE telemetry (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      run TEXT NOT NULL,
      time TEXT NOT NULL,
      fps REAL,
      latency_p95_ms REAL,
      cpu_percent REAL,
      gpu_percent REAL,
      cpu_temperature_c REAL,
      memory_used_mb REAL,
      agent_memory_mb REAL,
      pending_events INTEGER NOT NULL,
      errors INTEGER NOT NULL,
      model TEXT NOT NULL,
      provider TEXT NOT NULL,
      payload TEXT NOT NULL,
      received_at TEXT NOT NULL, temperature_c REAL, throttled INTEGER,
      UNIQUE (device, time, run)
    ) STRICT
    ;
INSERT INTO "telemetry" VALUES(1,'nano-01','run-1','2026-01-31T12:00:00.000Z',29.5,20.0,12.5,NULL,NULL,NULL,NULL,0,0,'','','{"schema_version":1,"device":"nano-01","run":"run-1","time":"2026-01-31T12:00:00.000Z","uptime_s":0.0,"host":{"cpu_percent":12.5,"cpu_temperature_c":null,"gpu_percent":null,"gpu_temperature_c":null,"memory_used_mb":null,"memory_total_mb":null,"swap_used_mb":null,"disk_free_mb":null,"power_mw":null,"power_mode":null,"fan_percent":null,"throttled":null,"agent_cpu_percent":null,"agent_memory_mb":null,"source":""},"cameras":[{"camera":"door","state":"","fps":29.5,"frames":0,"skipped_frames":0,"faces":0,"latency_p50_ms":null,"latency_p95_ms":20.0,"reopened":0,"error":""}],"spool":{"pending_events":0,"size_bytes":0,"dropped_events":0},"model":"","provider":"","errors":0}','2026-01-31T13:00:00.000Z',NULL,NULL);
INSERT INTO "telemetry" VALUES(2,'nano-01','run-1','2026-01-31T12:01:00.000Z',29.5,20.0,12.5,NULL,NULL,NULL,NULL,0,0,'','','{"schema_version":1,"device":"nano-01","run":"run-1","time":"2026-01-31T12:01:00.000Z","uptime_s":0.0,"host":{"cpu_percent":12.5,"cpu_temperature_c":null,"gpu_percent":null,"gpu_temperature_c":null,"memory_used_mb":null,"memory_total_mb":null,"swap_used_mb":null,"disk_free_mb":null,"power_mw":null,"power_mode":null,"fan_percent":null,"throttled":null,"agent_cpu_percent":null,"agent_memory_mb":null,"source":""},"cameras":[{"camera":"door","state":"","fps":29.5,"frames":0,"skipped_frames":0,"faces":0,"latency_p50_ms":null,"latency_p95_ms":20.0,"reopened":0,"error":""}],"spool":{"pending_events":0,"size_bytes":0,"dropped_events":0},"model":"","provider":"","errors":0}','2026-01-31T13:00:00.000Z',NULL,NULL);
INSERT INTO "telemetry" VALUES(3,'nano-02','run-1','2026-01-31T12:00:00.000Z',29.5,20.0,12.5,NULL,NULL,NULL,NULL,0,0,'','','{"schema_version":1,"device":"nano-02","run":"run-1","time":"2026-01-31T12:00:00.000Z","uptime_s":0.0,"host":{"cpu_percent":12.5,"cpu_temperature_c":null,"gpu_percent":null,"gpu_temperature_c":null,"memory_used_mb":null,"memory_total_mb":null,"swap_used_mb":null,"disk_free_mb":null,"power_mw":null,"power_mode":null,"fan_percent":null,"throttled":null,"agent_cpu_percent":null,"agent_memory_mb":null,"source":""},"cameras":[{"camera":"door","state":"","fps":29.5,"frames":0,"skipped_frames":0,"faces":0,"latency_p50_ms":null,"latency_p95_ms":20.0,"reopened":0,"error":""}],"spool":{"pending_events":0,"size_bytes":0,"dropped_events":0},"model":"","provider":"","errors":0}','2026-01-31T13:00:00.000Z',NULL,NULL);
CREATE TABLE telemetry_rollups (
      id INTEGER PRIMARY KEY,
      per TEXT NOT NULL,
      start TEXT NOT NULL,
      device TEXT NOT NULL,
      samples INTEGER NOT NULL,
      fps_samples INTEGER NOT NULL,
      fps_sum REAL NOT NULL,
      fps_min REAL,
      latency_samples INTEGER NOT NULL,
      latency_p95_sum_ms REAL NOT NULL,
      latency_p95_max_ms REAL,
      cpu_samples INTEGER NOT NULL,
      cpu_sum_percent REAL NOT NULL,
      temperature_max_c REAL,
      agent_memory_max_mb REAL,
      pending_events_max INTEGER NOT NULL,
      UNIQUE (per, start, device)
    ) STRICT
    ;
INSERT INTO "telemetry_rollups" VALUES(1,'minute','2026-01-31T13:00:00.000Z','nano-01',2,2,59.0,29.5,2,40.0,20.0,2,25.0,NULL,NULL,0);
INSERT INTO "telemetry_rollups" VALUES(2,'minute','2026-01-31T13:00:00.000Z','nano-02',1,1,29.5,29.5,1,20.0,20.0,1,12.5,NULL,NULL,0);
INSERT INTO "telemetry_rollups" VALUES(3,'hour','2026-01-31T13:00:00.000Z','nano-01',2,2,59.0,29.5,2,40.0,20.0,2,25.0,NULL,NULL,0);
INSERT INTO "telemetry_rollups" VALUES(4,'hour','2026-01-31T13:00:00.000Z','nano-02',1,1,29.5,29.5,1,20.0,20.0,1,12.5,NULL,NULL,0);
CREATE TABLE tokens (
      device TEXT PRIMARY KEY,
      sha256 TEXT NOT NULL,
      made_at TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "tokens" VALUES('nano-01','1ac0a69e277888a746044137aeaebd5e358f7cdf34d111b09c7e5a0419e022e0','2026-01-31T13:00:00.000Z');
INSERT INTO "tokens" VALUES('alice','0442ee3ef5bc0841c942294f75e102fa75718eb7ba50fd186e50cad677efe112','2026-01-31T13:00:00.000Z');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX events_by_time ON events (time);
CREATE INDEX events_by_device_and_time ON events (device, time);
CREATE INDEX model_files_by_sha256 ON model_files (sha256);
CREATE UNIQUE INDEX tokens_by_sha256 ON tokens (sha256);
CREATE INDEX rollouts_by_end ON rollouts (ended_at);
CREATE INDEX rollout_targets_by_device ON rollout_targets (device);
CREATE INDEX rollout_targets_by_state ON rollout_targets (state);
CREATE INDEX desired_states_unpublished ON desired_states (device) WHERE published = 0;
CREATE INDEX rollout_orders_open ON rollout_orders (id) WHERE done_at = '';
CREATE INDEX audit_by_rollout ON audit (rollout, id);
CREATE INDEX telemetry_by_arrival ON telemetry (
      device, received_at, run, fps, latency_p95_ms, temperature_c, throttled, agent_memory_mb, provider, errors
    )
    ;
CREATE UNIQUE INDEX operators_by_sha256 ON operators (sha256);
COMMIT;
