CREATE SCHEMA people;
SET search_path TO people;
CREATE TABLE forgotten (
	scope VARCHAR(9) NOT NULL, 
	position BIGINT NOT NULL, 
	entry VARCHAR(64) NOT NULL, 
	is_clean INTEGER NOT NULL, 
	PRIMARY KEY (scope)
);
INSERT INTO forgotten VALUES ('community', '94', 'a77c6d4d5b5b8a6bfeb262e57f9b45916d20557ab894a1d2d22bf36057a2027d', '1');
CREATE TABLE words (
	commitment VARCHAR(64) NOT NULL, 
	subject TEXT COLLATE "C" NOT NULL, 
	field VARCHAR(40) NOT NULL, 
	salt BYTEA NOT NULL, 
	value TEXT NOT NULL, 
	folded TEXT COLLATE "C" NOT NULL, 
	kept_at BIGINT NOT NULL, 
	PRIMARY KEY (commitment)
);
CREATE INDEX words_by_field ON words USING btree (field, folded, subject);
CREATE INDEX words_by_subject ON words USING btree (subject, field);
CREATE UNIQUE INDEX words_one_member_an_address ON words USING btree (folded) WHERE ((field)::text = 'email'::text);
INSERT INTO words VALUES ('0845675a78127604720fb9aabc03a5db91baea26ea6ea3aaeaa09cb1d8294b63', 'm-3j51qz7s3a9p', 'email', E'\\x61a41f9a4fcbfa549ef03173042492fca80009215d5c53fc9fee954fdcc7c5a5'::bytea, 'chidi@example.org', 'chidi@example.org', '1795790489');
INSERT INTO words VALUES ('091075190e32a7d8c2e95782ed75c715c8db36cb1ade62ae5f919747013f60c4', 'm-8nhjrr0mdaw1', 'email', E'\\xe808c7d1b368110bba0f2c12d02354f4d7c85efc31a62dd6e42b4395c7df3781'::bytea, 'kofi@example.org', 'kofi@example.org', '1795790496');
INSERT INTO words VALUES ('19a2da6edcfbab91fe053a4e521af37166efe59f289b2be744f5d9720d61c365', 'g-x9mg7g87pxkn', 'name', E'\\x14fdf127e4d6beb1ebef462d6916aab45d66aa2b8ee51460ec98ac3f9edb5656'::bytea, 'Weir garden', 'weir garden', '1795790492');
INSERT INTO words VALUES ('1a5e09fdb8eb7d6aae0c1df928c5b538ef805011e6f9d18a4a8603788a7b5ca1', 'm-cp637mq5qwh2', 'note', E'\\xf1ccce9927fb4f926c8ede51902dab6ab9915f7c32c17fe1e0e6d6ce94f15b55'::bytea, 'Still waits', '', '1795790494');
INSERT INTO words VALUES ('23619b35fbda320c1db4b89ab13b063ec0aa49a06ca2bda05afaf38b16535dae', 'm-kf7nza9xrrwa', 'name', E'\\x2cebdbcecb1032f9e9bc467f9d1764e6009050a9e9b666654b4a117715b4860a'::bytea, 'Bo Lindqvist', 'bo lindqvist', '1795790489');
INSERT INTO words VALUES ('2ca7b4d3b3a67dd305d44a65ddef436ba7fcffac97bda451ce10dbfe17b82dc2', 'm-3j51qz7s3a9p', 'note', E'\\xb04538a0fb88a04b382ac3603874f839a992304bc5b700eb291f1771f48d67ae'::bytea, 'Soup for all', '', '1795790495');
INSERT INTO words VALUES ('41e7effa8601d43145ddc8335d3f37bee63bca5405124f7c8a06492a87c014dc', 'm-eanm07s5a93m', 'phone', E'\\xa49bdf1d4c99c87b5c40a61fa074b6b64902f6bd9710dec167cda350e95ff0fc'::bytea, '020 7946 0000', '020 7946 0000', '1795790491');
INSERT INTO words VALUES ('444da6a07c56a447f03dc6a340476f9bb0760b1afdaceb5cde05dca57a1678e3', 'm-22z249a3s9kg', 'name', E'\\x01a875836faab6c40d7959e387d6d4e74ee781f48a07a8d4fb1038386a8a6b1c'::bytea, 'Nadia Haddad', 'nadia haddad', '1795790496');
INSERT INTO words VALUES ('4f7016ac1266ef8635124f9b7089bc82dcc2fe8401213ab7ecca6373d9f7ca18', 'm-cp637mq5qwh2', 'reason', E'\\x10f56f66be5b1c7e9cc301aa2e8bc9f43d596dda85bc79147ed45596617392a7'::bytea, 'It was Bo', '', '1795790495');
INSERT INTO words VALUES ('6918ecdf32040b82602cf81c23145d99c2366c5d4a7415172db7a95fdea14893', 'm-2cdfd5zfec6d', 'email', E'\\x7f262787255f7e613dc6c65474bcb5fa98dcb20d95652e17a2f0a95ed44ea80b'::bytea, 'zoe@example.org', 'zoe@example.org', '1795790491');
INSERT INTO words VALUES ('7518cb042ce73eb37928b9d8d259e315da06b7f8079cd6a47b152a3b5daad0e1', 'm-cp637mq5qwh2', 'reason', E'\\x6d3537ce43c32365c3b743c690d70363687a6b000063db1deec76639d85cdc4c'::bytea, 'I looked it up', '', '1795790495');
INSERT INTO words VALUES ('77525ce723e7336e9e0f62c747c3d963536f9a8cf5605284e54c5d0d8f2881bb', 'm-cp637mq5qwh2', 'name', E'\\xcf00a6bf2ab49ea2ca960edc6b53b1636e6e04adb9518edf69dbb219697a0081'::bytea, 'Ana Sousa', 'ana sousa', '1795790489');
INSERT INTO words VALUES ('87f1d8b6305cbd1cf04affd77d2eb7a714303ab00bc29b618982d6403f7c2def', 'm-cp637mq5qwh2', 'email', E'\\x75cdafde825eaf7b451b1a46a9288dd6618422d5bf37eae565a623ae357ce974'::bytea, 'ana@example.org', 'ana@example.org', '1795790489');
INSERT INTO words VALUES ('88a86f80fdcc4ecc97ad7b22f809c206d1beae4fd997893a5ab76d0a2910379c', 'm-kf7nza9xrrwa', 'reason', E'\\x3f9d46c655dda332da69962bf831306099ac0f74d6977c3bc53d4e64b2dbfc9f'::bytea, 'That was Eve', '', '1795790494');
INSERT INTO words VALUES ('899019a17d3a82ac0b3c22434744f1722a50ee1ce7946022a747b04a5261de54', 'm-3j51qz7s3a9p', 'name', E'\\xbf7385e8e51dd08063318c8a41c86e09867ad4c1987ddbd60e9c6eb2f4b12d79'::bytea, 'Chidi Eze', 'chidi eze', '1795790489');
INSERT INTO words VALUES ('8ba4300b31dd66ebb127c556f8426ffa1c97ba393bd7e3dc40cded7cfd8cde25', 'm-cp637mq5qwh2', 'note', E'\\x6ff096f8cc04937cc7af8f77b508cacbb28c6e7cae473db3265ffd56b56c6c37'::bytea, 'Two trays of baklava', '', '1795790495');
INSERT INTO words VALUES ('8c602f0491283777ee3940278d8e9bcc747784ef3424078b0932866d4ca9535e', 'host', 'note', E'\\x9dbaf8c8cfcb8501bc3e935cdefd67a23e4c44415199292c9b107da3a225fe3c'::bytea, 'To the clinic', '', '1795790496');
INSERT INTO words VALUES ('99cbaedcf20620b9e9d8cf50be4ba2ee4921ce37f26a2fb73a87620c70502d13', 'm-eanm07s5a93m', 'name', E'\\x8ac37c33cd40bc172c132c26d21772fc2c0d97bd644a98f2e43bd419c8e7e1d4'::bytea, 'Eve Adler', 'eve adler', '1795790491');
INSERT INTO words VALUES ('9a525b29e802f3289e42bb7547a7d9fc4ab1ac21a35d5e4b9806b4c0e483f316', 'm-kf7nza9xrrwa', 'reason', E'\\x44b89ceb024072814173539e01267cfa5a41e0c0722a90d9e3464a50666fa208'::bytea, 'Bo says by phone that it was shorter', '', '1795790494');
INSERT INTO words VALUES ('9b84417ffdf7ad7605eea0cd45e099f6557acdac9a589f590bb33e2b27b98714', 'm-d30ygzcwhqmn', 'name', E'\\xce66e7bd6c26f9f83476f24889816b63fcc96829d9b00af2b5656fd4fe505d23'::bytea, 'Tomás Vidal', 'tomas vidal', '1795790496');
INSERT INTO words VALUES ('9fa37bc3e6d11affa98e445bf6271dee78c98f8ab7c86a5ffc5d68101cfa2eef', 'm-dd8z28s7z2g9', 'email', E'\\x4dcb26db4a0385a95957d1574b57e37a0113387a0fcb43e9c7a15458232e3419'::bytea, 'ruth@example.org', 'ruth@example.org', '1795790489');
INSERT INTO words VALUES ('a0a5310ebaf807af5ba0a9cadeede531944ed8392204ae72be853ef607dffcaf', 'host', 'note', E'\\x990169eb96c65f188cde22cce12da088a8ff6676a0ed60c1672c7ae9479b774e'::bytea, 'Pruned the plum', '', '1795790496');
INSERT INTO words VALUES ('a32e480096987ab921b3b277cd395f3b6b83a666bab09566c634f575d8bb7b45', 'm-cp637mq5qwh2', 'note', E'\\xf047c7bd1cf6f0ea92a03322d2e2519d4a42c59b84a83014c84931cd92c91f83'::bytea, 'Weeding', '', '1795790493');
INSERT INTO words VALUES ('b6d94cc21c46c2ae72bc78c85ce9922ee6e44e53f42b7e6325b1090eb50aabe5', 'm-eanm07s5a93m', 'email', E'\\xa54c381367f3a3ae8c8bea94d091068dbf756be5a18e7eb42dee501d7e15fec0'::bytea, 'eve@example.org', 'eve@example.org', '1795790491');
INSERT INTO words VALUES ('b81fe700d7bbffdef75f254f76edd3362f3826cacd2ec680d0945764a263827b', 'm-2cdfd5zfec6d', 'name', E'\\x5d10f308f27caf24640e954a84168558c9ca7c72d70935db6b8e14603947d156'::bytea, 'Zoë Marsh', 'zoe marsh', '1795790491');
INSERT INTO words VALUES ('c4556996cf640f662ef1060a0f5ce0cae678ef0df9ec568ac01dc1cf36e71e34', 'm-3j51qz7s3a9p', 'note', E'\\xb7d22575cabb0b5bef50ba1ccf1efafb3ed4e57da61d2792feeeb30f77d1b9d8'::bytea, 'From a slip', '', '1795790494');
INSERT INTO words VALUES ('c5e2e3e9e7df1d5b077fd1cf6c578d634ad3a611ca2191b6c7feca36dfa2ac9e', 'import', 'random', E'\\xee3e11900bd8dcc32315f04048c3f4d750c9fed85a89d327eb3666713ac2dd75'::bytea, '88d4f2d113b1c0ff298da0537ed54a1f8982dcd44301dc48bd6e66fc5537828a', '', '1795790496');
INSERT INTO words VALUES ('ca5c5f588a28a9a4385e770b392d5fcaef51c5cab752092d4afe8eb0a591fe30', 'host', 'note', E'\\xe7048fdd75a4a2f6b81aa49371c34b5cee766ce28f022ed992f84989abaf9e01'::bytea, 'Soup', '', '1795790496');
INSERT INTO words VALUES ('cf0bd34835c265f4d7d791811d1a73eae7e1c64749a65de53cf63e91b1372a46', 'm-3j51qz7s3a9p', 'reason', E'\\x9a742975b657ac2ccc13abaffce45c11814c1186a0f57684423d3dedd0713eb1'::bytea, 'It was bought', '', '1795790495');
INSERT INTO words VALUES ('d00c0096f03cd741d93b7a2a00955b735fa4965ad84511cbb73032e76c8ab08b', 'm-3j51qz7s3a9p', 'reason', E'\\x0add8bde2259bfd239332f4da5d4715b74f886c61dd7dd77ab16f5020e7e51a1'::bytea, 'Eve phoned: a mistake', '', '1795790495');
INSERT INTO words VALUES ('d339a4449e631c02fb15f78941ebb29f0147fbc483b2678292e4872db6398026', 'm-dd8z28s7z2g9', 'name', E'\\x8957e1d29930ab5a97966615c46b77f0d2f87f0a26f443b069eb56ab4f096232'::bytea, 'Ruth Okafor', 'ruth okafor', '1795790489');
INSERT INTO words VALUES ('d3db3863bd3a37d2610704503a1663905b42fc71ccadfd05aa5b892ef0cab279', 'm-kf7nza9xrrwa', 'reason', E'\\xac89afa8671339e80b5f1ee9d01a00c0add6b57370d3b50b0953f8131351f661'::bytea, 'It was two days before', '', '1795790495');
INSERT INTO words VALUES ('da46e40f6d8c8686f90d6ed6cee71e653896c4e7050537875009a4ff05fdbe38', 'm-8nhjrr0mdaw1', 'name', E'\\x09432b0d3d5ee82c4fd6cecd26ef11d90e9386e428c69094b9f1007cba352809'::bytea, 'Kofi Amoah', 'kofi amoah', '1795790496');
INSERT INTO words VALUES ('df1baa72f918efda83d9229bfe4fbdc7aaec3b890f14b952743efb1c0c7927b2', 'm-kf7nza9xrrwa', 'note', E'\\x4a0480800f834a733651b69d1a9ef975401e65dcc38182a1e9ac6c551de448da'::bytea, 'Roses and the hedge', '', '1795790493');
INSERT INTO words VALUES ('f05b1f3b0e022b021d463f0071198089e9461fca63ff04e62504a4e3cf581284', 'm-eanm07s5a93m', 'reason', E'\\xf14e9e790231a313574bca3d68fb8c75d05651d82084bc02583dfce7128463fa'::bytea, 'Not sure', '', '1795790495');
INSERT INTO words VALUES ('f86b45f0587852023585988e75ddabedb9c11e22bdc9c371040a97605cddfae5', 'm-3j51qz7s3a9p', 'note', E'\\x7eaa70fae6db133389ad3991a87d8dce4d1988a6701d24bafdb783570b5ea73d'::bytea, 'As it was', '', '1795790495');
INSERT INTO words VALUES ('ff62ab07ac802ae704e374c92d42d40c9bce2ba243631a3ac58b8d1a153273f3', 'm-kf7nza9xrrwa', 'email', E'\\x9d2a5426a6ffa2f5684d34677858a35671673125994388b066fada253d171f70'::bytea, 'bo@example.org', 'bo@example.org', '1795790489');
CREATE TABLE session (
	token_hash VARCHAR(64) NOT NULL, 
	member VARCHAR(80) NOT NULL, 
	made_at BIGINT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	PRIMARY KEY (token_hash)
);
CREATE INDEX ix_session_member ON session USING btree (member);
CREATE INDEX ix_session_seen_at ON session USING btree (seen_at);
INSERT INTO session VALUES ('ba08a3950fcaf8e95f519a6a7760626fba2420d04b16e725bcc26e0ac3cae749', 'm-cp637mq5qwh2', '1741948200', '1741948200');
CREATE TABLE sign_in_attempt (
	id SERIAL NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_sign_in_attempt_at ON sign_in_attempt USING btree (at);
CREATE INDEX sign_in_attempt_by_bucket ON sign_in_attempt USING btree (bucket, at);
CREATE TABLE sign_in_code (
	link_hash VARCHAR(64) NOT NULL, 
	browser_hash VARCHAR(64), 
	code_mac VARCHAR(64), 
	member VARCHAR(80), 
	tries INTEGER NOT NULL, 
	expires_at BIGINT NOT NULL, 
	PRIMARY KEY (link_hash), 
	UNIQUE (browser_hash)
);
CREATE INDEX ix_sign_in_code_expires_at ON sign_in_code USING btree (expires_at);
CREATE INDEX ix_sign_in_code_member ON sign_in_code USING btree (member);
CREATE SCHEMA views;
SET search_path TO views;
CREATE TABLE kept_exceptions (
	log TEXT COLLATE "C" NOT NULL, 
	rule TEXT COLLATE "C" NOT NULL, 
	place BIGINT NOT NULL, 
	noted TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (log, rule, place)
);
CREATE TABLE kept_exceptions_state (
	log TEXT COLLATE "C" NOT NULL, 
	found_by TEXT COLLATE "C" NOT NULL, 
	number BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	entry TEXT COLLATE "C" NOT NULL, 
	thresholds TEXT COLLATE "C" NOT NULL, 
	counts TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (log)
);
CREATE TABLE kept_replays (
	log TEXT COLLATE "C" NOT NULL, 
	at TEXT COLLATE "C" NOT NULL, 
	is_whole BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	entry TEXT COLLATE "C" NOT NULL, 
	accounts BIGINT NOT NULL, 
	given BIGINT NOT NULL, 
	received BIGINT NOT NULL, 
	differences BIGINT NOT NULL, 
	listed TEXT COLLATE "C" NOT NULL, 
	trouble TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (log, at)
);
CREATE INDEX kept_replays_by_kind ON kept_replays USING btree (log, is_whole, at);
CREATE INDEX kept_replays_by_number ON kept_replays USING btree (log, number, at);
INSERT INTO kept_replays VALUES ('6cc2af34bc7e9f108b24fc7dd1d529fb27a7c48c1f1dde570678ce425d7cc997', '2026-11-27T18:07:50.062004Z', '1', '94', '94', 'a77c6d4d5b5b8a6bfeb262e57f9b45916d20557ab894a1d2d22bf36057a2027d', '8', '885', '885', '0', '[]', '');
CREATE TABLE kept_figures (
	log TEXT COLLATE "C" NOT NULL, 
	made_by TEXT COLLATE "C" NOT NULL, 
	number BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	entry TEXT COLLATE "C" NOT NULL, 
	known_on TEXT COLLATE "C" NOT NULL, 
	founded_on TEXT COLLATE "C" NOT NULL, 
	everything TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (log)
);
CREATE TABLE kept_reports (
	log TEXT COLLATE "C" NOT NULL, 
	scope TEXT COLLATE "C" NOT NULL, 
	audience TEXT COLLATE "C" NOT NULL, 
	period TEXT COLLATE "C" NOT NULL, 
	report TEXT COLLATE "C" NOT NULL, 
	month TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (log, scope, audience, period)
);
CREATE TABLE kept_ties (
	log TEXT COLLATE "C" NOT NULL, 
	period TEXT COLLATE "C" NOT NULL, 
	version TEXT COLLATE "C" NOT NULL, 
	ties TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (log, period)
);
CREATE TABLE kept_statistics (
	log TEXT COLLATE "C" NOT NULL, 
	number BIGINT NOT NULL, 
	day TEXT COLLATE "C" NOT NULL, 
	at TEXT COLLATE "C" NOT NULL, 
	head BIGINT NOT NULL, 
	entry TEXT COLLATE "C" NOT NULL, 
	everything TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (log, number, day)
);
CREATE TABLE kept_wishes (
	log TEXT COLLATE "C" NOT NULL, 
	what TEXT COLLATE "C" NOT NULL, 
	number BIGINT NOT NULL, 
	day TEXT COLLATE "C" NOT NULL, 
	at TEXT COLLATE "C" NOT NULL, 
	state TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (log, what)
);
CREATE TABLE kept_steps (
	log TEXT COLLATE "C" NOT NULL, 
	step TEXT COLLATE "C" NOT NULL, 
	day TEXT COLLATE "C" NOT NULL, 
	at TEXT COLLATE "C" NOT NULL, 
	trouble TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (log, step)
);
