-- Sets what decides how a column is kept: `statistics 100` and `(n_distinct = '5')` (ShareUpdateExclusive); `storage external` and
-- `compression lz4` hold for values that are written later (AccessExclusive). A column of an index is its number.
alter :kind :object alter column :column set :property;
